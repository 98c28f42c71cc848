"""The ISTag: changes when, and only when, earlier answers stop counting (RFC 3507 §4.7).

The supervisor computes it and puts it on a board, a page of memory that all fronts map, so that
all of them change over at the same moment.
"""

import hashlib
import mmap
import os

SLOT = 64
"""Bytes a slot; an ISTag is at most 32 and its quotes."""


def compute_istag(*parts: str) -> str:
    """Return a quoted tag of 24 hex digits that depends on every part (§4.7: at most 32 bytes)."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f'"{digest[:24]}"'


class Board:
    """The ISTag and the epoch, written by one process and read by many.

    The epoch changes with the ISTag, and besides whenever verdicts of before count no more though
    a proxy may keep its own: it is ours alone.

    Two slots and a count of writes: an even count stands for one slot, an odd one for the other.
    The writer fills the slot that nobody reads, then counts; a reader that was overtaken while it
    read sees another count afterwards and reads again.
    """

    def __init__(self, descriptor: int) -> None:
        page = memoryview(mmap.mmap(descriptor, mmap.PAGESIZE))
        self._slots = page[SLOT : 3 * SLOT]
        self._count = page[:SLOT].cast("Q")  # one machine word: written and read as a whole
        self._seen = -1
        self._text = self._istag = ""

    @staticmethod
    def create() -> int:
        """Return the descriptor of an empty board, to be inherited by all who share it."""
        descriptor = os.memfd_create("board", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, mmap.PAGESIZE)
        return descriptor

    def write(self, istag: str, epoch: int) -> None:
        """Show both to every reader, at once.  One process may write."""
        data = f"{istag} {epoch}".encode("ascii")
        if len(data) >= SLOT:
            raise ValueError("too long for the board")
        count = self._count[0] + 1
        start = SLOT * (count % 2)
        self._slots[start : start + SLOT] = data.ljust(SLOT, b"\0")
        self._count[0] = count

    def istag(self) -> str:
        """Return the quoted ISTag; empty before the first is written."""
        self.epoch()
        return self._istag

    def epoch(self) -> str:
        """Return ISTag and epoch as one text; costs one comparison when nothing changed."""
        while (count := self._count[0]) != self._seen:
            start = SLOT * (count % 2)
            data = bytes(self._slots[start : start + SLOT])
            if self._count[0] == count:
                self._text = data.rstrip(b"\0").decode("ascii")
                self._istag = self._text.partition(" ")[0]
                self._seen = count
        return self._text
