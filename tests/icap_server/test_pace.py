"""The line of those who have much to read: one a turn, and clients take turns."""

import asyncio
from functools import partial

import pytest

from icap_server.pace import Pace


@pytest.fixture
async def pace() -> Pace:
    return Pace()


async def test_one_goes_on_in_each_turn_and_clients_take_turns(pace: Pace) -> None:
    went: list[str] = []
    for who in ("a1", "a2", "a3", "b1", "c1"):
        pace.wait(who[0], partial(went.append, who))
    assert went == []
    counts = []
    for _ in range(6):
        await asyncio.sleep(0)
        counts.append(len(went))
    assert went == ["a1", "b1", "c1", "a2", "a3"]
    assert counts == [1, 2, 3, 4, 5, 5]


async def test_who_is_never_done_holds_up_nobody(pace: Pace) -> None:
    went: list[str] = []

    def again() -> None:
        went.append("again")
        pace.wait("a", again)

    pace.wait("a", again)
    await asyncio.sleep(0)
    pace.wait("b", partial(went.append, "other"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert went == ["again", "again", "other"]


async def test_a_bug_in_one_stops_no_other(pace: Pace) -> None:
    faults: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: faults.append(context.get("exception"))
    )
    went: list[str] = []

    def bug() -> None:
        raise RuntimeError("as scripted")

    pace.wait("a", bug)
    pace.wait("b", partial(went.append, "b"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert went == ["b"]
    assert [type(fault) for fault in faults] == [RuntimeError]
