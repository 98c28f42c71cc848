"""Who has much to read lines up: one of them goes on in each turn of the event loop.

Else a client that sends fast, or much work in few bytes, would hold up all others of the front:
libuv reads a connection up to 32 times in a row.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable

GoOn = Callable[[], None]


class Pace:
    """The line of one front.  Belongs to one event loop."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[GoOn]] = OrderedDict()
        """Of each client address; the one at the front is the next."""

    def wait(self, address: str, go_on: GoOn) -> None:
        """Call `go_on` in a later turn of the loop; addresses take turns."""
        if not self._lines:
            asyncio.get_running_loop().call_soon(self._next)
        self._lines.setdefault(address, deque()).append(go_on)

    def _next(self) -> None:
        address, line = self._lines.popitem(last=False)
        go_on = line.popleft()
        if line:
            self._lines[address] = line  # behind all others
        if self._lines:
            asyncio.get_running_loop().call_soon(self._next)
        go_on()
