"""Pieces of one object, seen in order: joined in a file, so that the whole can be judged.

A download that a client fetches in ranges, or an upload it sends in slices, shows an engine no
more than parts (RFC 9110 §14).  All fronts share one folder: successive pieces come over any
connection.  How much of an object is there is the length of its file, which never has gaps; which
object, its name.
"""

import asyncio
import contextlib
import fcntl
import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import structlog

from verdicts.model import Direction, Piece, Transfer
from verdicts.spool import Spool, SpoolSpace, spool_file

log = structlog.get_logger()

MAX_FILES = 256
"""Unfinished objects kept; a new one drops the oldest."""
IDLE_SECONDS = 600
"""An object that got no piece for so long is dropped: nobody fetches the rest."""
COPY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class PieceStore:
    """The folder of one service.  Its methods block: call them in a thread."""

    folder: Path
    whole_bytes: int
    """A larger object is not joined: it would not be scanned either."""
    total_bytes: int
    """All unfinished objects together."""

    def join(self, transfer: Transfer, descriptor: int, size: int) -> Spool | None:
        """Add a piece of `size` bytes; return the whole object if this was its last piece.

        None: there are pieces to come, or they cannot be joined, because they do not come in
        order or are too much.  The spool is the caller's to close.  Raises OSError when the disk
        is full; the object is forgotten then.
        """
        piece = transfer.piece
        if piece is None or not self._joinable(piece, size) or not _is_one_story(transfer, piece):
            return None
        self._make_room(size, new=piece.first == 0)
        path = self.folder / file_key(transfer, piece)
        flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if piece.first == 0 else 0)
        try:
            target = os.open(path, flags, 0o600)
        except FileNotFoundError:  # its beginning was never seen
            return None
        try:
            fcntl.flock(target, fcntl.LOCK_EX)
            return self._append(path, target, descriptor, piece)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(target)

    def _joinable(self, piece: Piece, size: int) -> bool:
        """A piece that lies about its length belongs to nothing."""
        return (
            piece.total is not None
            and piece.last < piece.total <= self.whole_bytes
            and piece.last - piece.first + 1 == size
        )

    def _append(self, path: Path, target: int, descriptor: int, piece: Piece) -> Spool | None:
        if piece.first == 0:
            os.ftruncate(target, 0)  # the client began anew
        elif os.fstat(target).st_size < piece.first:
            path.unlink(missing_ok=True)
            return None
        copy_file(descriptor, target, piece.first)  # as the client does with one it fetched again
        if os.fstat(target).st_size != piece.total:
            return None
        path.unlink(missing_ok=True)
        # Kept nowhere in memory: an object in pieces is a large one.
        space = SpoolSpace(self.folder, memory_bytes=0, memory_total=0, disk_total=self.total_bytes)
        return spool_file(target, space, self.whole_bytes)

    def _make_room(self, size: int, *, new: bool) -> None:
        """Drop what is idle, then the oldest, until `size` more bytes fit."""
        found: list[tuple[float, int, Path]] = []
        for path in self.folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        found.sort(key=lambda entry: entry[0])
        used = sum(length for _, length, _ in found)
        oldest_wanted = time.time() - IDLE_SECONDS
        for left, (changed, length, path) in zip(range(len(found), 0, -1), found):
            crowded = left >= MAX_FILES + (not new) or used + size > self.total_bytes
            if changed >= oldest_wanted and not crowded:
                break
            path.unlink(missing_ok=True)
            used -= length


async def join_piece(store: PieceStore | None, transfer: Transfer, spool: Spool) -> Spool | None:
    """Add a finished body to its file; return the whole file if this was the last piece.

    Whatever hinders it is no reason to hold the piece up: it is judged alone, as a gap.
    """
    if store is None or transfer.piece is None:
        return None

    def join() -> Spool | None:
        try:
            return store.join(transfer, descriptor, size)
        finally:
            os.close(descriptor)

    try:
        # the thread's own, for we may be gone before it ends
        descriptor, size = os.dup(spool.descriptor()), spool.size
        return await asyncio.to_thread(join)
    except OSError as error:
        log.warning("piece.not_joined", transfer_id=transfer.id, reason=str(error))
        return None


def _is_one_story(transfer: Transfer, piece: Piece) -> bool:
    """Say whether pieces under this key can only be of one file.

    Of people whom nobody names, a mixture of two uploads, or of two versions of a download, would
    be judged that none of them has sent or got.
    """
    named = bool(transfer.client_ip or transfer.user)
    return named or (transfer.direction is Direction.DOWNLOAD and bool(piece.validator))


def file_key(transfer: Transfer, piece: Piece) -> str:
    """Return a file name for the object of which this is a piece, as seen by one client."""
    parts = (
        transfer.direction.value,
        transfer.client_ip,
        transfer.user,
        transfer.url,
        piece.validator,
        str(piece.total),
    )
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def copy_file(source: int, target: int, at: int) -> None:
    """Copy all of `source` to `target` from its byte `at` on; neither position is used."""
    start = 0
    while data := os.pread(source, COPY_BYTES, start):
        start += len(data)
        view = memoryview(data)
        while view:
            written = os.pwrite(target, view, at)
            view, at = view[written:], at + written
