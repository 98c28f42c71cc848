"""The supervisor's end: one order at a time, and no peer that can hold it up."""

import asyncio
import json
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from scanners.rules.records import Problem
from verdicts.rulesets import order_socket
from verdicts.rulesets.order_socket import CarryOut, OrderSocket, Say
from verdicts.rulesets.orders import (
    MAX_LINE,
    MAX_PROBLEMS,
    SOCKET,
    NoSupervisor,
    Order,
    OrderRefused,
    ask,
)
from verdicts.rulesets.records import StepRefused

LINE = b'{"action": "state", "actor": "a"}\n'


@asynccontextmanager
async def listening(run_directory: Path, carry_out: CarryOut) -> AsyncIterator[OrderSocket]:
    socket = OrderSocket(run_directory / SOCKET, carry_out)
    await socket.start()
    yield socket
    await socket.stop()
    assert not (run_directory / SOCKET).exists()


async def give(run_directory: Path, order: Order, said: list[str]) -> dict[str, object]:
    return await asyncio.to_thread(ask, run_directory, order, said.append)


async def send(run_directory: Path, data: bytes) -> dict[str, object]:
    """Send bytes and return the last line of the answer."""
    reader, writer = await asyncio.open_unix_connection(run_directory / SOCKET)
    writer.write(data)
    lines = (await reader.read()).splitlines()
    await hang_up(writer)
    last: dict[str, object] = json.loads(lines[-1])
    return last


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def echo(order: Order, say: Say) -> dict[str, object]:
    say(f"{order.action} by {order.actor}")
    return {"id": order.ruleset}


async def test_an_order_is_carried_out_and_told(run_directory: Path) -> None:
    async with listening(run_directory, echo):
        assert os.stat(run_directory / SOCKET).st_mode & 0o777 == 0o600
        said: list[str] = []
        assert await give(run_directory, Order("stage", "al", "abcd"), said) == {"id": "abcd"}
        assert said == ["stage by al"]


async def test_refusals_and_crashes_are_told_apart(run_directory: Path) -> None:
    raised: list[Exception] = [
        OrderRefused("not so", (Problem("a.yar", 1, "A", "p" * 5000, "mend it"),) * 2000),
        StepRefused("no such step"),
        TimeoutError("mine"),
        ValueError("secret"),
    ]

    async def fail(order: Order, say: Say) -> dict[str, object]:
        raise raised[int(order.note)]

    async with listening(run_directory, fail):
        for number, text in enumerate(["not so", "no such step", "log says why", "log says why"]):
            with pytest.raises(OrderRefused, match=text) as caught:
                await give(run_directory, Order("state", "a", note=str(number)), [])
            assert "secret" not in str(caught.value)
            if number == 0:
                assert len(caught.value.problems) == MAX_PROBLEMS
                wrong = caught.value.problems[0]
                assert (wrong.line, len(wrong.problem)) == (1, order_socket.MAX_SAID)


async def test_orders_are_carried_out_side_by_side(run_directory: Path) -> None:
    both = asyncio.Barrier(2)

    async def meet(order: Order, say: Say) -> dict[str, object]:
        async with asyncio.timeout(10):
            await both.wait()
        return {}

    async with listening(run_directory, meet):
        asked = [give(run_directory, Order("state", "a"), []) for _ in range(2)]
        assert await asyncio.gather(*asked) == [{}, {}]


async def test_who_vanishes_does_not_stop_the_order(run_directory: Path) -> None:
    begun, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(order: Order, say: Say) -> dict[str, object]:
        begun.set()
        await go.wait()
        say("nobody hears this")
        ended.set()
        return {}

    async with listening(run_directory, slow):
        _, writer = await asyncio.open_unix_connection(run_directory / SOCKET)
        writer.write(LINE)
        await begun.wait()
        await hang_up(writer)
        go.set()
        await ended.wait()
        assert await give(run_directory, Order("state", "a"), []) == {}


async def test_progress_may_come_from_a_thread_and_comes_before_the_end(
    run_directory: Path,
) -> None:
    async def threaded(order: Order, say: Say) -> dict[str, object]:
        say("first")
        await asyncio.to_thread(say, "second")
        last = threading.Thread(target=say, args=("third",))
        last.start()
        last.join()
        return {}

    async with listening(run_directory, threaded):
        said: list[str] = []
        await give(run_directory, Order("state", "a"), said)
        assert said == ["first", "second", "third"]


async def test_who_does_not_read_misses_lines_and_holds_nobody_up(
    run_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_socket, "SEND_SECONDS", 0.05)

    async def talk(order: Order, say: Say) -> dict[str, object]:
        for _ in range(2000):
            say("x" * order_socket.MAX_SAID)
        return {}

    async with listening(run_directory, talk):
        reader, deaf = await asyncio.open_unix_connection(run_directory / SOCKET, limit=1)
        deaf.write(LINE)
        said: list[str] = []
        assert await give(run_directory, Order("state", "a"), said) == {}
        assert said
        heard = 0
        with suppress(OSError):
            while piece := await reader.read(65536):
                heard += len(piece)
        assert 0 < heard < 2000 * order_socket.MAX_SAID
        await hang_up(deaf)


@pytest.mark.parametrize(
    "data",
    [b"x" * (MAX_LINE * 2), b"x" * (MAX_LINE * 2) + b"\n", b"{}\n", b"\n", b"\xff\n", b"[[[\n"],
)
async def test_who_sends_nonsense_is_refused(run_directory: Path, data: bytes) -> None:
    async with listening(run_directory, echo):
        assert "an order is" in str((await send(run_directory, data))["refused"])
        assert (await send(run_directory, LINE))["done"] == {"id": ""}


async def test_who_sends_nothing_is_dropped(
    run_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_socket, "RECEIVE_SECONDS", 0.02)
    async with listening(run_directory, echo):
        assert "no order came" in str((await send(run_directory, b"{"))["refused"])


async def test_there_are_not_too_many(run_directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(order_socket, "MAX_CONNECTIONS", 2)
    async with listening(run_directory, echo):
        idle = [await asyncio.open_unix_connection(run_directory / SOCKET) for _ in range(2)]
        assert "too many orders wait" in str((await send(run_directory, LINE))["refused"])
        for _, writer in idle:
            await hang_up(writer)


async def test_stopping_lets_what_runs_end(run_directory: Path) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(order: Order, say: Say) -> dict[str, object]:
        begun.set()
        await go.wait()
        return {"id": "x"}

    socket = OrderSocket(run_directory / SOCKET, slow)
    await socket.start()
    first = asyncio.create_task(send(run_directory, LINE))
    await begun.wait()
    stopping = asyncio.create_task(socket.stop())
    await asyncio.sleep(0)
    with pytest.raises(NoSupervisor):
        await give(run_directory, Order("state", "a"), [])
    go.set()
    assert await first == {"done": {"id": "x"}}
    await stopping
    await socket.stop()


async def test_an_order_that_does_not_end_is_cut_off(
    run_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order_socket, "END_SECONDS", 0.02)
    begun = asyncio.Event()

    async def endless(order: Order, say: Say) -> dict[str, object]:
        begun.set()
        await asyncio.Event().wait()
        return {}

    async with listening(run_directory, endless):
        answer = asyncio.create_task(send(run_directory, LINE))
        await begun.wait()
    assert "the service stops" in str((await answer)["refused"])


async def test_who_gives_an_order_is_known_by_the_kernel(run_directory: Path) -> None:
    """Whatever the order itself says."""
    uids: list[int] = []

    async def note(order: Order, say: Say) -> dict[str, object]:
        uids.append(order.uid)
        return {}

    async with listening(run_directory, note):
        await give(run_directory, Order("state", "a", uid=0), [])
        await send(run_directory, LINE)
    assert uids == [os.getuid()] * 2
