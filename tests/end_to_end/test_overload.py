"""More requests than workers: all are answered, and a greedy client does not starve the others."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from bench.requests import KiB
from bench.servers.douane import Douane
from tests.end_to_end.conversation import OPTIONS, ask, connection, unseen

pytestmark = pytest.mark.server

GREEDY, MODEST = "127.0.0.2", "127.0.0.3"
GREEDY_CONNECTIONS = 200
GREEDY_REQUESTS = 10  # over each connection
MODEST_REQUESTS = 20
"""In one queue for all they would wait for 20 × 200 of the greedy one's: twice all that it has."""


@pytest.fixture
def small(start_douane: Callable[..., Douane]) -> Douane:
    return start_douane(
        {"icap": {"fronts": 1}, "workers": {"count": 1}, "clamav": {"socket": "off"}}
    )


async def client(port: int, source: str, requests: int, size: int) -> list[int]:
    """Send one request after the other; return the statuses."""
    async with connection(port, source) as streams:
        return [await ask(streams, unseen(size)) for _ in range(requests)]


async def test_a_modest_client_beside_a_greedy_one(small: Douane) -> None:
    port = small.icap_port
    async with asyncio.timeout(100):
        greedy = [
            asyncio.create_task(client(port, GREEDY, GREEDY_REQUESTS, 16 * KiB))
            for _ in range(GREEDY_CONNECTIONS)
        ]
        modest = await client(port, MODEST, MODEST_REQUESTS, KiB)
        waiting = sum(not task.done() for task in greedy)
        answers = [status for statuses in await asyncio.gather(*greedy) for status in statuses]
    assert modest == [204] * MODEST_REQUESTS
    assert waiting == GREEDY_CONNECTIONS, "the greedy client's backlog was there all the time"
    assert answers == [204] * GREEDY_CONNECTIONS * GREEDY_REQUESTS


async def test_one_client_cannot_have_all_connections(start_douane: Callable[..., Douane]) -> None:
    """Beyond its share it is told so; others have what is left, and it what it gives back."""
    connections, share = 40, 20
    douane = start_douane(
        {
            "icap": {"max_connections": connections, "client_share": share / connections},
            "clamav": {"socket": "off"},
        }
    )
    port = douane.icap_port

    async def knock(source: str) -> int:
        async with connection(port, source) as streams:
            return await ask(streams, OPTIONS)

    async with asyncio.timeout(60), AsyncExitStack() as held:
        for _ in range(share):
            streams = await held.enter_async_context(connection(port, GREEDY))
            assert await ask(streams, OPTIONS) == 200
        assert await knock(GREEDY) == 503
        assert [await knock(MODEST) for _ in range(5)] == [200] * 5
        await held.aclose()
        while await knock(GREEDY) == 503:
            pass  # the server has not read yet that those connections are gone
