"""The spool: where one body is collected, hashed and kept until its ruling.

Small bodies stay in memory, larger ones go to a memfd, and beyond a limit (or when memory is
short) to an unlinked file.  Each byte is written once and hashed once, as it arrives.
"""

import fcntl
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

BUFFER_LIMIT = 64 * 1024
"""Up to here a body stays in a buffer: what the cache answers needs no descriptor.  One buffer and
no list of pieces, or chunks of one byte would cost forty times what the space counts."""
READ_SIZE = 128 * 1024
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL


@dataclass(slots=True)
class SpoolSpace:
    """What all bodies of one front may hold together, and hold now; bytes."""

    folder: Path
    """Where unlinked files are made."""
    memory_bytes: int
    """A body larger than this goes to a file."""
    memory_total: int
    disk_total: int
    share: float = 1
    """The part of `disk_total` that the bodies of one owner may take."""
    memory_used: int = 0
    disk_used: int = 0
    _owned: Counter[str] = field(default_factory=Counter, init=False)
    """Bytes on disk, by owner."""

    @property
    def full(self) -> bool:
        """Whether nobody should read more of any body for now."""
        return self.disk_used >= self.disk_total

    def full_for(self, owner: str) -> bool:
        """Whether no more of a body of this owner should be read for now."""
        return self.full or self._owned[owner] >= self.share * self.disk_total

    def take_disk(self, owner: str, count: int) -> None:
        """Count bytes on disk; `count` is negative for those that go."""
        self.disk_used += count
        self._owned[owner] += count
        if not self._owned[owner]:
            del self._owned[owner]

    @property
    def used(self) -> int:
        return self.memory_used + self.disk_used


class Spool:
    """One body.  Write, finish, then read it or hand out its descriptor; close it in any case."""

    __slots__ = (
        *("_buffer", "_descriptor", "_digest", "_on_disk", "_owner", "_space"),
        *("sha256", "size"),
    )

    def __init__(self, space: SpoolSpace, owner: str = "") -> None:
        """`owner`: whose share of the space it takes."""
        self._space = space
        self._owner = owner
        self._digest = hashlib.sha256()
        self._buffer = bytearray()
        self._descriptor = -1
        self._on_disk = False
        self.size = 0
        self.sha256 = ""
        """64 lower-case hex digits, set by finish()."""

    def write(self, data: memoryview) -> None:
        """Keep and hash the next bytes.

        Raises OSError when the disk is full; the spool can then only be closed.
        """
        self._digest.update(data)
        self._grow(len(data))
        if self._descriptor < 0 and self.size > BUFFER_LIMIT:
            self._open_descriptor()
        if self._descriptor >= 0:
            _write_all(self._descriptor, data)
        else:
            self._buffer += data

    def finish(self) -> None:
        """No more bytes will come: fix the digest."""
        self.sha256 = self._digest.hexdigest()

    def descriptor(self) -> int:
        """Return a descriptor of the whole body that nobody can write through; ours to close.

        A memfd is sealed, a file is opened anew for reading: a scan worker taken over by what it
        reads must not be able to change what clamd sees or what the client gets.
        """
        if self._descriptor < 0:
            self._open_descriptor()
        if not self._on_disk:
            if fcntl.fcntl(self._descriptor, fcntl.F_GET_SEALS) != SEALS:
                fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, SEALS)
        elif fcntl.fcntl(self._descriptor, fcntl.F_GETFL) & os.O_ACCMODE != os.O_RDONLY:
            readable = os.open(f"/proc/self/fd/{self._descriptor}", os.O_RDONLY | os.O_CLOEXEC)
            os.close(self._descriptor)
            self._descriptor = readable
        return self._descriptor

    def read(self, at: int = 0) -> Iterator[bytes]:
        """Yield the body from `at` on in pieces of at most READ_SIZE bytes.

        Raises OSError when the spool is closed meanwhile: half a body must not look whole.
        """
        if self._descriptor < 0:
            if at < len(self._buffer):
                yield bytes(self._buffer[at:])
            return
        size = self.size
        while at < size:
            piece = os.pread(self._descriptor, min(READ_SIZE, size - at), at)
            if not piece:
                raise OSError("the spool is shorter than what was written to it")
            at += len(piece)
            yield piece

    @property
    def on_disk(self) -> int:
        """Bytes that it takes of the disk."""
        return self.size if self._on_disk else 0

    def peek(self, at: int, count: int) -> bytes:
        """Return up to `count` bytes from `at` on of what is there so far."""
        if self._descriptor < 0:
            return bytes(self._buffer[at : at + count])
        return os.pread(self._descriptor, max(0, min(count, self.size - at)), at)

    def close(self) -> None:
        """Give back memory, disk space and descriptor.  May be called twice."""
        if self._on_disk:
            self._space.take_disk(self._owner, -self.size)
        else:
            self._space.memory_used -= self.size
        self.size, self._on_disk = 0, False
        self._buffer = bytearray()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _grow(self, count: int) -> None:
        space = self._space
        self.size += count
        if self._on_disk:
            space.take_disk(self._owner, count)
            return
        space.memory_used += count
        if self.size > space.memory_bytes or space.memory_used > space.memory_total:
            self._move_to_disk(self.size - count)

    def _move_to_disk(self, written: int) -> None:
        """Continue in an unlinked file; `written` bytes are in memory now."""
        with tempfile.TemporaryFile(dir=self._space.folder, buffering=0) as file:
            disk = os.dup(file.fileno())
        try:
            if self._descriptor >= 0:
                _copy(self._descriptor, disk, written)
                os.close(self._descriptor)
            else:
                _write_all(disk, memoryview(self._buffer))
        except OSError:
            os.close(disk)
            raise
        self._buffer = bytearray()
        self._descriptor, self._on_disk = disk, True
        self._space.memory_used -= self.size
        self._space.take_disk(self._owner, self.size)

    def _open_descriptor(self) -> None:
        """Move the buffer into a memfd."""
        self._descriptor = os.memfd_create("spool", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        _write_all(self._descriptor, memoryview(self._buffer))
        self._buffer = bytearray()


def spool_file(descriptor: int, space: SpoolSpace, limit: int) -> Spool | None:
    """Copy an open file into a new spool; None if it holds more than `limit` bytes.

    Blocks while it reads: call it in a thread.  A copy, because whoever handed the file over may
    still be able to change it.
    """
    spool = Spool(space)
    at = 0
    try:
        while piece := os.pread(descriptor, READ_SIZE, at):
            at += len(piece)
            if at > limit:
                spool.close()
                return None
            spool.write(memoryview(piece))
    except BaseException:
        spool.close()
        raise
    spool.finish()
    return spool


def _write_all(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _copy(source: int, target: int, count: int) -> None:
    at = 0
    while at < count:
        sent = os.sendfile(target, source, at, count - at)
        if not sent:
            raise OSError("the spool is shorter than what was written to it")
        at += sent
