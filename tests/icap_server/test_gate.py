"""Turns: how many at once, in which order, and nothing lost when somebody stops waiting."""

import asyncio

import pytest

from icap_server.gate import Gate, turns_at_once

PLENTY = 1000


async def start(gate: Gate, *addresses: str) -> list[asyncio.Task[bool]]:
    """Let each of these wait for a turn, in this order."""
    tasks = []
    for address in addresses:
        tasks.append(asyncio.create_task(gate.enter(address, None)))
        await asyncio.sleep(0)
    return tasks


async def order(gate: Gate, tasks: list[asyncio.Task[bool]]) -> list[int]:
    """Give back one turn after another; return whose turn it was."""
    turns: list[int] = []
    for _ in tasks:
        gate.leave()
        await asyncio.sleep(0)
        turns += [n for n, task in enumerate(tasks) if task.done() and n not in turns]
    return turns


@pytest.mark.parametrize(
    "wanted, workers, queue, turns",
    [(0, 2, 256, 4), (0, 4, 256, 8), (5, 2, 256, 5), (500, 2, 256, 248), (0, 64, 20, 12)],
)
def test_no_more_turns_than_the_queue_of_the_workers_has_room_for(
    wanted: int, workers: int, queue: int, turns: int
) -> None:
    assert turns_at_once(wanted, workers, queue, 8) == turns


def test_there_is_always_a_turn() -> None:
    assert turns_at_once(0, 1, 1, 8) == 1


async def test_so_many_at_once_and_the_others_wait() -> None:
    gate = Gate(2, PLENTY)
    tasks = await start(gate, *"aaaa")
    assert [task.done() for task in tasks] == [True, True, False, False]
    assert gate.waiting == 2
    assert await order(gate, tasks[2:]) == [0, 1]
    assert gate.waiting == 0


async def test_clients_take_turns() -> None:
    """One that came first with a hundred files waits for one file of each of the others."""
    gate = Gate(1, PLENTY)
    await start(gate, "a")
    tasks = await start(gate, *"aaaabbcd")
    assert await order(gate, tasks) == [0, 4, 6, 7, 1, 5, 2, 3]


async def test_a_turn_that_nobody_waits_for_is_kept() -> None:
    gate = Gate(1, PLENTY)
    for _ in range(3):
        assert await gate.enter("a", 0.001)
        gate.leave()
    await start(gate, "a")
    assert not await gate.enter("a", 0.001)


async def test_who_waited_too_long_goes_and_the_next_one_moves_up() -> None:
    gate = Gate(1, PLENTY)
    await start(gate, "a")
    impatient = asyncio.create_task(gate.enter("b", 0.001))
    await asyncio.sleep(0)
    patient = (await start(gate, "b"))[0]
    assert await impatient is False
    assert gate.waiting == 1
    gate.leave()
    assert await patient is True
    assert gate.waiting == 0


@pytest.mark.parametrize("given", [False, True])
async def test_who_is_cancelled_loses_no_turn_for_others(given: bool) -> None:
    gate = Gate(1, PLENTY)
    await start(gate, "a")
    doomed, next_one = await start(gate, "b", "b")
    if given:
        gate.leave()
    doomed.cancel()
    await asyncio.gather(doomed, return_exceptions=True)
    assert doomed.cancelled()
    if not given:
        gate.leave()
    assert await next_one is True
    gate.leave()
    assert await gate.enter("c", 0.001)


async def test_full_for_who_has_its_part_only() -> None:
    gate = Gate(1, 4)
    await start(gate, "a")
    await start(gate, "a", "a")
    assert not gate.crowded
    await start(gate, "a")
    assert gate.crowded
    assert not gate.full("a")
    await start(gate, "a")
    assert gate.full("a")
    assert not gate.full("b"), "it has nothing yet"
    await start(gate, "b")
    assert not gate.full("b"), "an equal part would be two"
    await start(gate, "b")
    assert gate.full("b")
    assert gate.full("a")
    assert not gate.full("c")


async def test_a_gate_that_was_full_is_open_again() -> None:
    gate = Gate(1, 1)
    await start(gate, "a")
    (waiting,) = await start(gate, "a")
    assert gate.full("a")
    gate.leave()
    assert await waiting
    assert not gate.full("a")
    assert not gate.crowded
