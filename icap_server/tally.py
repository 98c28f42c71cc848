"""How many connections the fronts hold together, in all and for each client.

The kernel spreads connections over the fronts, and one proxy's may all land at one of them: a
limit means something only for the service as a whole.  So the fronts share pages of memory.  Each
writes to a part of its own, which it clears when it starts, and reads all of them; a lock makes
looking and counting one step.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b

from icap_server.settings import MOST_FRONTS

CELLS = 16_384
"""Counters of each front.  A client is one of them, by a keyed hash: no table can overflow, nothing
has to be deleted.  Two clients share one, and so one share, once in 16,384."""
COUNTER = 4
PART = CELLS * COUNTER
KEY = 16
HEADER = mmap.PAGESIZE
TOTALS = 64
"""Where in the header the total of each front begins."""


class Tally:
    """The view of one front.  Belongs to one thread."""

    def __init__(self, descriptor: int, front: int = 0) -> None:
        """Clear what the last process of this front, from 0, has left behind."""
        self._descriptor = descriptor
        size = os.fstat(descriptor).st_size
        page = memoryview(mmap.mmap(descriptor, size))
        self._key = bytes(page[:KEY])
        self._totals = page[TOTALS : TOTALS + COUNTER * MOST_FRONTS].cast("I")
        self._cells = page[HEADER:].cast("I")
        self._front = front
        self._first = front * CELLS
        with self._alone():
            self._totals[front] = 0
            page[HEADER + front * PART : HEADER + (front + 1) * PART] = bytes(PART)

    @staticmethod
    def create(fronts: int) -> int:
        """Return the descriptor of an empty tally, to be inherited by the fronts that share it."""
        if not 1 <= fronts <= MOST_FRONTS:
            raise ValueError(f"1 to {MOST_FRONTS} fronts")
        descriptor = os.memfd_create("tally", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, HEADER + fronts * PART)
        os.pwrite(descriptor, os.urandom(KEY), 0)  # so that nobody can aim at another's counter
        return descriptor

    def enter(self, address: str, limit: int, share: int) -> bool:
        """Count a connection of `address`, unless that makes more than `limit` or `share`."""
        cell = self._cell(address)
        with self._alone():
            held = sum(self._cells[cell::CELLS])
            if held >= share or self.total >= limit:
                return False
            self._totals[self._front] += 1
            self._cells[self._first + cell] += 1
        return True

    def leave(self, address: str) -> None:
        """A connection that was counted is over."""
        self._totals[self._front] -= 1  # our own: nobody else writes here
        self._cells[self._first + self._cell(address)] -= 1

    @property
    def total(self) -> int:
        """Connections of all fronts."""
        return sum(self._totals)

    def held(self, address: str) -> int:
        """Connections of one client at all fronts."""
        return sum(self._cells[self._cell(address) :: CELLS])

    def _cell(self, address: str) -> int:
        digest = blake2b(address.encode(), digest_size=8, key=self._key).digest()
        number: int = struct.unpack("<Q", digest)[0]
        return number % CELLS

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep the other fronts out for some microseconds; the kernel frees a dead one's lock."""
        fcntl.lockf(self._descriptor, fcntl.LOCK_EX, KEY)
        try:
            yield
        finally:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, KEY)
