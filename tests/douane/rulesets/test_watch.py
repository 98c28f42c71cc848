"""The folder of rules is followed: one activation a change, none for half a change."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from douane.rulesets import watch as module
from douane.rulesets.lifecycle import Step
from douane.rulesets.watch import look_at, watch
from scanners.rules.records import Problem
from verdicts.rulesets.orders import OrderRefused


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "yara").mkdir()
    (tmp_path / "yara" / "a.yar").write_text("rule a { condition: false }")
    return tmp_path


class Activations:
    """What the watch asked for; it may be told to refuse."""

    def __init__(self) -> None:
        self.steps: asyncio.Queue[Step] = asyncio.Queue()
        self.fault: Exception | None = None

    async def __call__(self, step: Step) -> None:
        await self.steps.put(step)
        if self.fault is not None:
            raise self.fault


@pytest.fixture
async def activations(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Activations]:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    loop, looked = asyncio.get_running_loop(), asyncio.Event()

    def look(folder: Path) -> module.Look:
        found = look_at(folder)
        loop.call_soon_threadsafe(looked.set)
        return found

    monkeypatch.setattr(module, "look_at", look)
    asked = Activations()
    task = asyncio.create_task(watch(folder, look_at(folder), asked))
    await looked.wait()
    yield asked
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def next_step(activations: Activations) -> Step:
    async with asyncio.timeout(10):
        return await activations.steps.get()


@pytest.mark.parametrize("name", ["yara/a.yar", "yara/b.yar", "policy.toml", "clamav/x.ndb"])
async def test_a_saved_file_is_activated(folder: Path, activations: Activations, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("anything else")
    step = await next_step(activations)
    assert (step.actor, step.why) == ("watch", "the folder of rules was changed")
    (folder / "yara" / "a.yar").unlink()
    await next_step(activations)
    assert activations.steps.empty()


async def test_what_is_refused_is_logged_and_tried_again_at_the_next_change(
    folder: Path, activations: Activations
) -> None:
    with capture_logs() as lines:
        for fault in (
            OrderRefused("it is broken", (Problem("a.yar", 1, "A", "no", "mend"),)),
            RuntimeError("a bug"),
        ):
            activations.fault = fault
            (folder / "yara" / "b.yar").write_text(repr(fault))
            await next_step(activations)
        activations.fault = None
        (folder / "yara" / "b.yar").write_text("now it is right")
        await next_step(activations)
    events = [line["event"] for line in lines]
    assert events.count("rules.folder_changed") == 3
    refused = next(line for line in lines if line["event"] == "rules.folder_refused")
    assert refused["problems"] == ["a.yar:1: A: no; mend"]
    assert "rules.watch_failed" in events


async def test_a_folder_that_cannot_be_read_for_a_while(
    folder: Path, activations: Activations, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = asyncio.Event()
    loop = asyncio.get_running_loop()

    def refuse(_: Path) -> module.Look:
        loop.call_soon_threadsafe(tried.set)
        raise PermissionError("not now")

    with capture_logs() as lines:
        with monkeypatch.context() as rights:
            rights.setattr(module, "look_at", refuse)
            await tried.wait()
            tried.clear()
            await tried.wait()
            (folder / "yara" / "b.yar").write_text("saved meanwhile")
        await next_step(activations)
    assert [line["event"] for line in lines].count("rules.folder_unreadable") == 1


async def test_what_was_saved_before_the_watch_began(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the start and the first of the watch."""
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    known, asked = look_at(folder), Activations()
    (folder / "yara" / "b.yar").write_text("saved meanwhile")
    task = asyncio.create_task(watch(folder, known, asked))
    await next_step(asked)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_a_look_sees_files_of_the_set_alone(folder: Path) -> None:
    before = look_at(folder)
    assert [each[0] for each in before] == ["yara/a.yar"]
    (folder / "yara" / ".a.yar.swp").write_text("an editor's")
    (folder / "notes.txt").write_text("somebody's")
    assert look_at(folder) == before
    (folder / "yara" / "a.yar").write_text("rule a { condition: true }")
    assert look_at(folder) != before


def test_a_file_that_went_meanwhile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ruleset_files", lambda _: ["yara/a.yar", "yara/gone.yar"])
    assert [each[0] for each in look_at(folder)] == ["yara/a.yar"]
