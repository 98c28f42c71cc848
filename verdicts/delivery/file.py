"""Events as lines of JSON in a file, rotated by size; on disk before they count as delivered."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from verdicts.delivery.render import as_douane, as_ecs, as_ocsf, rendered
from verdicts.delivery.sender import Letter, ReceiverAway
from verdicts.delivery.settings import ExportSettings

FORMATS: dict[str, Callable[[Letter], str | None]] = {
    "ecs": as_ecs,
    "ocsf": as_ocsf,
    "douane": as_douane,
}
FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
TAIL_BYTES = 1024 * 1024
"""Read from the end of a file to find where its last whole line ends."""


class ExportFile:
    """A sender."""

    most = 200
    whole_verdicts = True

    def __init__(self, settings: ExportSettings) -> None:
        self._settings = settings
        self._path = Path(settings.path)
        self._format = FORMATS[settings.format]
        self._descriptor = -1

    async def send(self, letters: Sequence[Letter]) -> None:
        lines = [line for letter in letters if (line := rendered(self._format, letter)) is not None]
        data = "".join(f"{line}\n" for line in lines).encode()
        try:
            await asyncio.to_thread(self._append, data)
        except OSError as error:
            self._close()
            raise ReceiverAway(f"{self._path} cannot be written: {error.strerror}") from error

    async def close(self) -> None:
        self._close()

    def _append(self, data: bytes) -> None:
        if not data:
            return
        if self._descriptor < 0 or self._moved():
            self._open()
        if os.fstat(self._descriptor).st_size + len(data) > self._settings.max_bytes:
            self._rotate()
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]
        os.fsync(self._descriptor)

    def _open(self) -> None:
        self._close()
        self._descriptor = os.open(self._path, FLAGS, 0o600)
        _drop_torn_line(self._descriptor)

    def _moved(self) -> bool:
        """Somebody else, logrotate maybe, took the file away."""
        try:
            ours, there = os.fstat(self._descriptor), self._path.stat(follow_symlinks=False)
        except FileNotFoundError:
            return True
        return (ours.st_dev, ours.st_ino) != (there.st_dev, there.st_ino)

    def _rotate(self) -> None:
        if os.fstat(self._descriptor).st_size == 0:
            return
        for number in range(self._settings.files, 0, -1):
            older = self._numbered(number - 1)
            if older.exists():
                older.replace(self._numbered(number))
        self._open()

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}") if number else self._path

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _drop_torn_line(descriptor: int) -> None:
    """Cut off what was half written when we, or the machine, died: it is sent again."""
    size = os.fstat(descriptor).st_size
    start = max(size - TAIL_BYTES, 0)
    tail = os.pread(descriptor, TAIL_BYTES, start)
    end = tail.rfind(b"\n") + 1
    if tail and end < len(tail) and (end or not start):
        os.ftruncate(descriptor, start + end)
