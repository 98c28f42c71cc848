"""Turns for inspections: so many at once, and a queue in which clients take turns.

A client that sends a thousand files at once waits for them; one that sends a single file waits
for one of each other client's at most.
"""

import asyncio
from collections import OrderedDict, deque

WORKER_JOBS = 2
"""Inspections at once for each worker, unless set: one that it works on and one that is ready, for
the time that the other waits for clamd or the disk.  More of them make nothing faster: what has its
turn waits in line for a worker, and a turn then leads only to that line."""

Turn = asyncio.Future[bool]


def turns_at_once(wanted: int, workers: int, queue: int, others: int) -> int:
    """Return how many inspections a front runs at once; `wanted` 0: so many as suit its workers.

    Never so many that the queue before the workers, which `others` use too, could overflow: a file
    that finds no room there is a gap, and would be blocked only because there was much to do.
    """
    return max(1, min(wanted or WORKER_JOBS * workers, queue - others))


class Gate:
    """The turns of one front.  Belongs to one event loop."""

    def __init__(self, at_once: int, places: int) -> None:
        """`places`: how many may wait before the gate counts as full."""
        self._free = at_once
        self._places = places
        self._queues: OrderedDict[str, deque[Turn]] = OrderedDict()
        """Who waits, by client address; the address at the front has the next turn."""
        self.waiting = 0

    def full(self, address: str) -> bool:
        """Whether this client should begin nothing more: no place is left, and it has its part.

        One that has less than an equal part of the places never hears that others took them.
        """
        own = len(self._queues.get(address, ()))
        clients = len(self._queues) + (not own)
        return self.waiting >= self._places <= own * clients

    @property
    def crowded(self) -> bool:
        """More than half of the places are taken."""
        return 2 * self.waiting > self._places

    async def enter(self, address: str, seconds: float | None) -> bool:
        """Wait for a turn, to be given back by `leave`; False: none came within `seconds`.

        Always waits in order, even if the gate is full: what has begun is not sent away.
        """
        if self._free:
            self._free -= 1
            return True
        loop = asyncio.get_running_loop()
        turn: Turn = loop.create_future()
        self._queues.setdefault(address, deque()).append(turn)
        self.waiting += 1
        timer = None if seconds is None else loop.call_later(seconds, _give_up, turn)
        try:
            given = await turn
        except asyncio.CancelledError:
            if turn.cancelled() or not turn.result():
                self._forget(address, turn)
            else:
                self.leave()
            raise
        finally:
            if timer is not None:
                timer.cancel()
        if not given:
            self._forget(address, turn)
        return given

    def leave(self) -> None:
        """Give a turn back: the first of the next client in the round has it."""
        while self._queues:
            address, queue = self._queues.popitem(last=False)
            turn = queue.popleft()
            self.waiting -= 1
            if queue:
                self._queues[address] = queue  # behind all others
            if not turn.done():
                turn.set_result(True)
                return
        self._free += 1

    def _forget(self, address: str, turn: Turn) -> None:
        """Take one out of the queue that waits no longer, unless its turn passed over it."""
        queue = self._queues.get(address, deque())
        if turn in queue:
            queue.remove(turn)
            self.waiting -= 1
            if not queue:
                del self._queues[address]


def _give_up(turn: Turn) -> None:
    if not turn.done():
        turn.set_result(False)
