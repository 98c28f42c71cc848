"""All fronts as one: prepared everywhere or nowhere, and who was replaced catches up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from douane.processes.duty import DutySocket, OrderFailed, duty_socket
from douane.rulesets import fronts as module
from douane.rulesets.fronts import Fronts, NotLoaded

Answer = dict[str, object]


class Front:
    """A front that does as it is told, but for its `fault`."""

    def __init__(self, path: Path) -> None:
        self.on_duty, self.ready, self.fault, self.busy = "r1", "", "", 0
        self.orders: list[str] = []
        carried: dict[str, Callable[..., Awaitable[Answer]]] = {
            "prepare": self.prepare,
            "take_over": self.take_over,
            "discard": self.discard,
            "settle": self.settle,
            "state": self.state,
        }
        self.socket = DutySocket(path, carried)

    async def prepare(self, folder: str, ruleset: str) -> Answer:
        self.orders.append("prepare")
        if self.fault:
            raise RuntimeError(self.fault)
        self.ready = ruleset
        return {}

    async def take_over(self, ruleset: str) -> Answer:
        self.orders.append("take_over")
        if self.ready != ruleset:
            raise RuntimeError("not ready")
        self.on_duty, self.ready = ruleset, ""
        return {}

    async def discard(self) -> Answer:
        self.ready = ""
        return {}

    async def settle(self, seconds: float) -> Answer:
        return {"busy": self.busy}

    async def state(self) -> Answer:
        return {"on_duty": self.on_duty}


@pytest.fixture
async def pair(short_folder: Path) -> AsyncIterator[tuple[Front, Front]]:
    async with AsyncExitStack() as stack:
        made = []
        for index in range(2):
            front = Front(duty_socket(short_folder, index))
            await front.socket.start()
            stack.push_async_callback(front.socket.stop)
            made.append(front)
        yield made[0], made[1]


@pytest.fixture
def fronts(short_folder: Path) -> Fronts:
    return Fronts(short_folder, 2)


async def test_all_change(fronts: Fronts, pair: tuple[Front, Front]) -> None:
    await fronts.prepare(Path("/rules"), "r2")
    assert [front.ready for front in pair] == ["r2", "r2"]
    assert await fronts.on_duty() == {0: "r1", 1: "r1"}
    assert await fronts.take_over(Path("/rules"), "r2") == []
    assert await fronts.on_duty() == {0: "r2", 1: "r2"}
    pair[1].busy = 3
    assert await fronts.settle(1) == 3


async def test_one_that_cannot_keeps_all_from_it(fronts: Fronts, pair: tuple[Front, Front]) -> None:
    pair[1].fault = "rule X does not hit"
    with pytest.raises(NotLoaded, match="duty-1: rule X does not hit"):
        await fronts.prepare(Path("/rules"), "r2")
    assert [front.ready for front in pair] == ["", ""]


async def test_one_that_was_replaced_is_prepared_again(
    fronts: Fronts, pair: tuple[Front, Front]
) -> None:
    await fronts.prepare(Path("/rules"), "r2")
    pair[0].ready = ""
    assert await fronts.take_over(Path("/rules"), "r2") == []
    assert pair[0].orders == ["prepare", "take_over", "prepare", "take_over"]
    assert await fronts.on_duty() == {0: "r2", 1: "r2"}


async def test_one_that_is_gone_is_named_and_the_others_change(
    fronts: Fronts, pair: tuple[Front, Front]
) -> None:
    await fronts.prepare(Path("/rules"), "r2")
    await pair[0].socket.stop()
    (said,) = await fronts.take_over(Path("/rules"), "r2")
    assert said.startswith("duty-0 does not answer")
    assert await fronts.on_duty() == {1: "r2"}
    assert await fronts.settle(1) == 0


async def test_one_that_starts_just_now_is_waited_for(
    fronts: Fronts, pair: tuple[Front, Front]
) -> None:
    await pair[0].socket.stop()
    preparing = asyncio.create_task(fronts.prepare(Path("/rules"), "r2"))
    async with asyncio.timeout(10):
        while pair[1].ready != "r2":  # noqa: ASYNC110 the double tells nobody
            await asyncio.sleep(0.01)
    assert not preparing.done()
    await pair[0].socket.start()
    await preparing
    assert pair[0].ready == "r2"


async def test_but_not_for_ever(
    fronts: Fronts, pair: tuple[Front, Front], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PREPARE_SECONDS", 0.3)
    await pair[0].socket.stop()
    with pytest.raises(NotLoaded, match="duty-0 does not answer"):
        await fronts.prepare(Path("/rules"), "r2")


async def test_an_order_for_all(fronts: Fronts, pair: tuple[Front, Front]) -> None:
    assert await fronts.order("state", 5) == [{"on_duty": "r1"}] * 2
    with pytest.raises(OrderFailed):
        await fronts.order("take_over", 5, ruleset="r9")
