"""A clamd that says of each file what the file itself asks for: names, errors, silence.

    NAME any bytes     found, under that name
    ERROR              the scan failed
    SILENCE            no answer at all

Any other file is clean.
"""

import os
import shutil
import socket
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

NAME, ERROR, SILENCE = b"NAME ", b"ERROR", b"SILENCE"
PROBES = (  # what a real clamd says of the files that its settings are probed with
    b"Heuristics.Encrypted.Zip FOUND",
    b"Heuristics.Limits.Exceeded.MaxRecursion FOUND",
)


class ScriptedClamd:
    """Listens on a Unix socket while the `with` lasts."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="dcl-"))
        self.path = self.folder / "clamd.sock"
        self._listener = socket.socket(socket.AF_UNIX)
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        shutil.rmtree(self.folder)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        """Answer one connection until its end."""
        with connection, suppress(OSError):
            received, descriptors, session = b"", list[int](), Session()
            while True:
                data, found, _, _ = socket.recv_fds(connection, 4096, 16)
                if not data:
                    return
                received += data
                descriptors += found
                while end := 1 + received.find(b"\n" if received.startswith(b"n") else b"\0"):
                    command, received = received[:end], received[end:]
                    if command == b"\0":  # what FILDES carries its descriptor on
                        continue
                    if answer := session.answer(command, descriptors):
                        connection.sendall(answer + command[-1:])


class Session:
    """The commands of one connection: within IDSESSION answers are numbered."""

    def __init__(self) -> None:
        self._number = -1
        self._probes = list(PROBES)

    def answer(self, command: bytes, descriptors: list[int]) -> bytes:
        """Return what to say to a command, empty for nothing."""
        verb = command[1:-1]
        if verb == b"IDSESSION":
            self._number = 0
            return b""
        if verb == b"FILDES":
            said = say(read(descriptors.pop(0)))
            answer = self._probes.pop(0) if self._probes else said
            answer = answer and b"fd[9]: " + answer
        else:
            answer = {b"PING": b"PONG", b"VERSION": b"ClamAV 1.4.6"}[verb]
        if self._number < 0:
            return answer
        self._number += 1
        return answer and b"%d: %b" % (self._number, answer)


def read(descriptor: int) -> bytes:
    """Return how the file begins; the descriptor is closed."""
    try:
        return os.pread(descriptor, 8192, 0)
    finally:
        os.close(descriptor)


def say(content: bytes) -> bytes:
    """Return what is to be answered for this file, empty for silence."""
    if content.startswith(NAME):
        return content.removeprefix(NAME) + b" FOUND"
    if content.startswith(ERROR):
        return b"Can't read file ERROR"
    return b"" if content.startswith(SILENCE) else b"OK"
