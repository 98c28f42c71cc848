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
from verdicts.delivery.courier import carry, make_round
from verdicts.delivery.settings import (
    AnySink,
    ExportSettings,
    SplunkSettings,
    SyslogSettings,
    WebhookSettings,
)


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


async def test_goes_on_where_it_stopped(log: Any, until: Any, tmp_path: Path) -> None:
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
