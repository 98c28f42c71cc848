"""The courier: every kind of sink, side by side; one that hangs or breaks delays no other."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.servers.receiver import Receiver, Reply
from verdicts.delivery import courier
from verdicts.delivery.book import SinkBook
from verdicts.delivery.courier import carry, make_round
from verdicts.delivery.file import ExportFile
from verdicts.delivery.settings import (
    AnySink,
    ExportSettings,
    SplunkSettings,
    SyslogSettings,
    WebhookSettings,
)
from verdicts.ledger.event_log.events import events_after


@asynccontextmanager
async def carrying(log: Any, *sinks: AnySink) -> AsyncIterator[None]:
    stop, ready = asyncio.Event(), asyncio.Event()
    working = asyncio.create_task(carry(sinks, log.url, log.ledger, ready.set, stop))
    try:
        async with asyncio.timeout(20):
            await ready.wait()
        yield
    finally:
        stop.set()
        await working


def export(path: Path, name: str = "file") -> ExportSettings:
    return ExportSettings(name=name, path=str(path), format="douane")


def lines(path: Path) -> list[int]:
    if not path.exists():
        return []
    return [json.loads(line)["data"]["n"] for line in path.read_text().splitlines()]


async def test_one_that_hangs_delays_no_other(
    log: Any, until: Any, receiver: Receiver, secret_file: str, tmp_path: Path
) -> None:
    end = threading.Event()
    receiver.decide = lambda _: Reply(hang=end)
    hook = WebhookSettings(
        name="hook", allow_private=True, url=receiver.url, secret_file=secret_file
    )
    path = tmp_path / "out.jsonl"
    await log.book("hook").open()
    await log.book("file").open()
    await log.add(1, 2, 3)
    async with carrying(log, hook, export(path)):
        await until(lambda: lines(path) == [1, 2, 3])
        await until(lambda: len(receiver.received) == 1)
        end.set()
        await until(lambda: len(receiver.received) == 3)
    assert (await log.book("file").open()).position == 3


async def test_bug_in_one_is_survived(
    log: Any, until: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "RESTART_SECONDS", 0.2)
    path, failures = tmp_path / "out.jsonl", []
    real = make_round

    def broken(settings: AnySink, *rest: Any) -> Any:
        made = real(settings, *rest)
        if settings.name == "bad":

            async def run() -> None:
                failures.append(settings.name)
                raise RuntimeError("a bug")

            made.run = run  # type: ignore[method-assign]
        return made

    monkeypatch.setattr(courier, "make_round", broken)
    await log.book("file").open()
    await log.add(1)
    async with carrying(log, export(tmp_path / "bad.jsonl", "bad"), export(path)):
        await until(lambda: lines(path) == [1] and len(failures) > 2)


async def test_what_nobody_foresaw_is_seen(
    log: Any, until: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sink that breaks, and one that cannot even be built: noted, alarm, and well again."""
    monkeypatch.setattr(courier, "RESTART_SECONDS", 0.02)
    monkeypatch.setattr("verdicts.delivery.book.ALARM_SECONDS", 0.0)
    faults, real, broken = {"bad", "worse"}, make_round, ExportFile.send

    async def send(self: ExportFile, letters: Any) -> None:
        if "bad" in faults and self._path.stem == "bad":
            raise RuntimeError("a bug")
        await broken(self, letters)

    def build(settings: AnySink, *rest: Any) -> Any:
        if settings.name in faults - {"bad"}:
            raise ValueError("no such thing")
        return real(settings, *rest)

    monkeypatch.setattr(ExportFile, "send", send)
    monkeypatch.setattr(courier, "make_round", build)
    names = ("file", "bad", "worse")
    paths = {name: tmp_path / f"{name}.jsonl" for name in names}
    for name in names:
        await log.book(name).open()
    await log.add(1)

    def alarms() -> set[tuple[str, bool]]:
        with log.reader.connect() as connection:
            data = [json.loads(one.data) for one in events_after(connection, 1, ("alarm",), 99)]
        return {(one["part"], one["ok"]) for one in data}

    async with carrying(log, *(export(path, name) for name, path in paths.items())):
        await until(lambda: {("sink bad", False), ("sink worse", False)} <= alarms())
        await until(paths["file"].exists)
        states = [await log.book(name).state() for name in names]
        assert [one.position for one in states][1:] == [0, 0]
        assert ["RuntimeError" in states[1].error, "ValueError" in states[2].error] == [True] * 2
        assert states[0].error == ""
        faults.clear()
        await until(lambda: {("sink bad", True), ("sink worse", True)} <= alarms())
    assert [(await log.book(name).state()).error for name in names] == [""] * 3


async def test_failure_of_the_book_itself_is_survived(
    log: Any, until: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier, "RESTART_SECONDS", 0.01)
    real, faults = SinkBook.open, [KeyError("x")] * 3
    path = tmp_path / "out.jsonl"
    await log.book("file").open()
    await log.add(1)

    async def opened(self: SinkBook) -> Any:
        if faults:
            raise faults.pop()
        return await real(self)

    monkeypatch.setattr(SinkBook, "open", opened)
    async with carrying(log, export(path)):
        await until(lambda: lines(path) == [1])


async def test_goes_on_where_it_stopped(
    log: Any, until: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verdicts.delivery.round.GRACE_SECONDS", 20)  # to note how far it came
    path = tmp_path / "out.jsonl"
    await log.book("file").open()
    for number in (1, 2, 3):
        await log.add(number)
        async with carrying(log, export(path)):
            await until(lambda number=number: lines(path)[-1:] == [number])
    assert lines(path) == [1, 2, 3]


def test_every_kind_has_its_sender(log: Any) -> None:
    made = [
        make_round(settings, log.book(settings.name), log.feed)
        for settings in (
            WebhookSettings(name="a", url="https://x.example/", secret_file="s"),  # noqa: S106
            SyslogSettings(name="b", address="x:1"),
            SplunkSettings(name="c", url="https://x.example/", token_file="t"),  # noqa: S106
            ExportSettings(name="d", path="x"),
        )
    ]
    assert [type(one).__name__ for one in made] == ["Retried", "InOrder", "InOrder", "InOrder"]
    assert [one.name for one in made] == ["a", "b", "c", "d"]


async def test_look_ups_that_hang_leave_threads_to_the_others(
    log: Any, until: Any, tmp_path: Path
) -> None:
    """A resolver, or a file server, may take half a minute for each call."""
    end, path = threading.Event(), tmp_path / "out.jsonl"
    await log.book("file").open()
    async with carrying(log, export(path)):
        hanging = [asyncio.create_task(asyncio.to_thread(end.wait, 30)) for _ in range(9)]
        await log.add(1)
        await until(lambda: lines(path) == [1])
        end.set()
        await asyncio.gather(*hanging)
