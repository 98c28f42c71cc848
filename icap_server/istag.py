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
    """Return a quoted tag of 26 characters that depends on every part (§4.7: at most 32)."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return f'"{digest[:24]}"'


class Board:
    """One string, written by one process and read by many.

    Two slots and a turn: a reader never sees half a string, because the writer fills the slot
    that nobody reads before it turns.
    """

    def __init__(self, descriptor: int) -> None:
        self._page = mmap.mmap(descriptor, mmap.PAGESIZE)
        self._turn = -1
        self._text = ""

    @staticmethod
    def create() -> int:
        """Return the descriptor of an empty board, to be inherited by all who share it."""
        descriptor = os.memfd_create("board", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, mmap.PAGESIZE)
        return descriptor

    def write(self, text: str) -> None:
        data = text.encode("ascii")
        if len(data) >= SLOT:
            raise ValueError("too long for the board")
        turn = (self._page[0] + 1) % 2
        start = SLOT * (turn + 1)
        self._page[start : start + SLOT] = data.ljust(SLOT, b"\0")
        self._page[0] = turn

    def read(self) -> str:
        """Return the string last written; costs one byte's comparison when nothing changed."""
        turn = self._page[0]
        if turn != self._turn:
            start = SLOT * (turn + 1)
            self._text = self._page[start : start + SLOT].rstrip(b"\0").decode("ascii")
            self._turn = turn
        return self._text
