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
        self._open: list[socket.socket] = []
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
        """Answer one connection until its end; numbers are the commands of its session."""
        with connection:
            received, descriptors, number, probes = b"", list[int](), 0, list(PROBES)
            try:
                while data := socket.recv_fds(connection, 4096, 16):
                    received += data[0]
                    descriptors += data[1]
                    if not data[0]:
                        return
                    while (end := received.find(b"\0")) >= 0:
                        command, received = received[:end], received[end + 1 :]
                        if command == b"zPING":
                            connection.sendall(b"PONG\0")
                        elif command == b"zVERSION":
                            number += 1
                            connection.sendall(b"%d: ClamAV 1.4.6\0" % number)
                        elif command == b"zFILDES":
                            number += 1
                            said = say(read(descriptors.pop(0)))
                            answer = probes.pop(0) if probes else said
                            if answer:
                                connection.sendall(b"%d: fd[9]: %b\0" % (number, answer))
            except OSError:
                return


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
