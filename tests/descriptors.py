"""How asynchronous tests wait until what they opened is closed again: some other task does it."""

import asyncio
from collections import Counter
from collections.abc import Callable

Count = Callable[[], Counter[str]]


async def none_left(open_descriptors: Count, before: Counter[str]) -> None:
    """Wait until no more is open than `before`; TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        while open_descriptors() - before:  # noqa: ASYNC110 no event tells of it
            await asyncio.sleep(0.01)
