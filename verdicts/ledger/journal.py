"""The journal: a bounded local file where records wait while the database is away.

file   = head group*
head   = mark, offset of the oldest group that waits, CRC-32 of both
group  = mark, length, CRC-32 of the length and the body, body
body   = (length, id, payload)*

A group is on disk before anybody hears that its records are kept, and before the next one is
written.  So a broken group at the very end was never acknowledged and is dropped; one before
whole ones was, and that it is damaged is an alarm.
"""

import errno
import fcntl
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import structlog

from verdicts.ledger.frames import ID_BYTES

JOURNAL_FILE = "ledger.journal"
RESERVED_BYTES = 16 * 1024 * 1024
"""Taken from the disk in advance: when it is full, the database beside it cannot grow either."""
SEARCH_BYTES = 1024 * 1024
_HEAD_MARK = b"\xffDOUANE1"
_HEAD = struct.Struct(">8sQI")
CHECKED = _HEAD.size - 4
_GROUP_MARK = b"\xffDJ1"  # no JSON holds this byte: no file name can look like a group
_GROUP = struct.Struct(">4sII")
_LENGTH = struct.Struct(">I")
START = _HEAD.size
Kept: TypeAlias = tuple[bytes, bytes]
"""Id and payload of a record, as it came in."""
log = structlog.get_logger()


class JournalFull(OSError):
    """The file has reached its bound."""

    def __init__(self) -> None:
        super().__init__(
            errno.ENOSPC, "it is full: raise [database] journal_bytes, or mend the database"
        )


class JournalInUse(OSError):
    """Another ledger, which ends soon, still writes to the file."""


class Batch(NamedTuple):
    """The oldest records that wait, in the order in which they came."""

    records: list[Kept]
    end: int
    """What `forget` wants to know."""


class Journal:
    """For one thread at a time.  Every method may raise OSError."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.records = 0
        """Records that wait."""
        self.most_bytes = most_bytes
        """Bound of the file; 0: what waits is read, and nothing more comes."""
        self.lost_bytes = 0
        """Acknowledged, and found damaged since the ledger started."""
        self.reserved = False
        """Whether it will find room on a disk that is full."""
        self._path = path
        self._file = -1
        self._first = START
        self._end = START
        self._damaged = 0
        """Where damage was found last."""

    @property
    def is_open(self) -> bool:
        return self._file >= 0

    @property
    def size(self) -> int:
        """Bytes of the records that wait, and of those before them."""
        return self._end - START

    def open(self) -> None:
        """Take the file and find what waits in it; raise JournalInUse."""
        file = self._opened()
        try:
            self._file = file
            self._find()
            if not self.records:
                self.clear()
        except BaseException:
            self._file = -1
            os.close(file)
            raise

    def close(self) -> None:
        if self.is_open:
            os.close(self._file)
            self._file = -1

    def append(self, records: Sequence[Kept]) -> None:
        """Keep the records, durable on return; raise JournalFull.

        After an error none of them is kept.
        """
        if not os.fstat(self._file).st_nlink:
            self._come_back()
        body = b"".join(
            part for key, payload in records for part in (_LENGTH.pack(len(payload)), key, payload)
        )
        group = _GROUP.pack(_GROUP_MARK, len(body), _checksum(len(body), body)) + body
        if self._end + len(group) > self.most_bytes:
            raise JournalFull
        self._write(group, self._end)
        os.fdatasync(self._file)
        self._end += len(group)
        self.records += len(records)

    def oldest(self, most: int) -> Batch:
        """Return about `most` of the records that wait; fewer are the last, none: none waits."""
        records: list[Kept] = []
        place = self._first
        while place < self._end and len(records) < most:
            body = self._body(place)
            if body is None:
                place = self._skip(place)
                continue
            records += _split(body)
            place += _GROUP.size + len(body)
        return Batch(records, place)

    def forget(self, batch: Batch) -> None:
        """These are stored elsewhere.  A power cut may undo it: their ids tell that they came."""
        checksum = zlib.crc32(_HEAD.pack(_HEAD_MARK, batch.end, 0)[:CHECKED])
        self._write(_HEAD.pack(_HEAD_MARK, batch.end, checksum), 0)
        self._first = batch.end
        self.records -= len(batch.records)

    def clear(self) -> None:
        """Give the space back, but for what is reserved.  Call it when nothing waits."""
        os.ftruncate(self._file, 0)
        self._first = self._end = START
        self._damaged = self.records = 0
        self.reserved = not self.most_bytes
        if self.reserved:
            return
        try:
            os.posix_fallocate(self._file, 0, min(RESERVED_BYTES, self.most_bytes))
        except OSError as error:
            log.warning("ledger.journal_not_reserved", reason=os.strerror(error.errno or 0))
        else:
            self.reserved = True

    def _opened(self, flags: int = 0) -> int:
        """Return a descriptor of the file, which nobody else has then."""
        flags |= os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        file = os.open(self._path, flags, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(file)
            raise JournalInUse(error.errno, "another ledger has the journal") from error
        return file

    def _come_back(self) -> None:
        """Somebody removed the file: what waits in it moves to a new one of that name."""
        file = self._opened(os.O_EXCL)
        try:
            place = 0
            while moved := os.sendfile(file, self._file, place, self._end - place):
                place += moved
            os.fsync(file)
        except BaseException:
            os.close(file)
            raise
        os.close(self._file)
        self._file = file
        log.error("ledger.journal_removed", records=self.records)

    def _find(self) -> None:
        """Read the file from its head to its end."""
        head = os.pread(self._file, _HEAD.size, 0)
        self._first = self._end = START
        if len(head) == _HEAD.size:
            mark, first, checksum = _HEAD.unpack(head)
            if mark == _HEAD_MARK and zlib.crc32(head[:CHECKED]) == checksum:
                self._first = self._end = first
        self.records = 0
        while True:
            while (body := self._body(self._end)) is not None:
                self.records += sum(1 for _ in _split(body))
                self._end += _GROUP.size + len(body)
            whole = self._next_whole(self._end + 1)
            if whole is None:
                break
            self._end = whole
        torn = os.pread(self._file, _GROUP.size, self._end)
        if torn.strip(b"\0"):
            log.warning("ledger.journal_torn", offset=self._end)

    def _body(self, place: int) -> bytes | None:
        """Return the body of the group that begins here; None if none does, or it is not whole."""
        head = os.pread(self._file, _GROUP.size, place)
        if len(head) < _GROUP.size:
            return None
        mark, length, checksum = _GROUP.unpack(head)
        if mark != _GROUP_MARK or length > self._on_disk() - place - _GROUP.size:
            return None
        body = os.pread(self._file, length, place + _GROUP.size)
        return body if len(body) == length and _checksum(length, body) == checksum else None

    def _skip(self, place: int) -> int:
        """Return where the next whole group begins: what lies between was kept, and is lost."""
        whole = self._next_whole(place + 1) or self._end
        if place > self._damaged:  # what cannot be stored yet is read again
            self._damaged = place
            self.lost_bytes += whole - place
            log.error("ledger.journal_damaged", offset=place, lost_bytes=whole - place)
        return whole

    def _next_whole(self, place: int) -> int | None:
        size = self._on_disk()
        while place < size:
            piece = os.pread(self._file, SEARCH_BYTES + len(_GROUP_MARK) - 1, place)
            found = piece.find(_GROUP_MARK)
            if found < 0:
                place += SEARCH_BYTES
            elif self._body(place + found) is not None:
                return place + found
            else:
                place += found + 1
        return None

    def _on_disk(self) -> int:
        return os.fstat(self._file).st_size

    def _write(self, data: bytes, place: int) -> None:
        view = memoryview(data)
        while view:
            count = os.pwrite(self._file, view, place)
            view, place = view[count:], place + count


def _checksum(length: int, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(_LENGTH.pack(length)))


def _split(body: bytes) -> Iterator[Kept]:
    place = 0
    while place < len(body):
        (length,) = _LENGTH.unpack_from(body, place)
        key = place + _LENGTH.size
        payload = key + ID_BYTES
        place = payload + length
        yield body[key:payload], body[payload:place]
