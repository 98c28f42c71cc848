"""The staged set sees copies, counts what it would rule otherwise, and never gets in the way."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanners.hash_lists import read_allowed
from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Reason,
    Report,
    Unscanned,
)
from tests.descriptors import none_left
from verdicts import shadow as module
from verdicts.model import Action
from verdicts.policy import Policy
from verdicts.shadow import BothClamavs, Shadow
from verdicts.shift import Shift

RULES = Path(__file__).parents[2] / "rules"
Count = Callable[[], Counter[str]]
NEW_RULE = Detection(Code.SIGNATURE_YARA, "yara", "MAL_New", DetectionLevel.MALICIOUS)
OLD_RULE = Detection(Code.SIGNATURE_YARA, "yara", "MAL_Old", DetectionLevel.MALICIOUS)


class Pool:
    """The pool of a double, which a shadow stops."""

    def __init__(self, engine: Any) -> None:
        self.scan = engine.as_pool().scan

    async def stop(self) -> None:
        pass


@pytest.fixture
def staged(desk: Any) -> Any:
    """The engine of the staged set; it finds nothing until it is told."""
    return replace(desk.engine, contents=[], reached=asyncio.Event())


@pytest.fixture
def shadow(desk: Any, staged: Any, shipped_policy: Policy) -> Shadow:
    shift = Shift("r2", Pool(staged), staged, shipped_policy, 20)  # type: ignore[arg-type]
    shadow = Shadow(shift)
    desk.inspection.bystanders.append(shadow)
    return shadow


async def done(shadow: Shadow) -> None:
    await asyncio.gather(*shadow._running)


async def test_what_it_would_block(
    desk: Any, staged: Any, shadow: Shadow, open_descriptors: Count
) -> None:
    staged.report = Report(detections=(NEW_RULE, OLD_RULE))
    before = open_descriptors()
    record = await desk.judge(b"abc", file_name="x" * 500, channel="slack")
    assert record.ruling.action is Action.ALLOW
    await done(shadow)
    assert staged.contents == [b"abc"]
    status = shadow.status
    assert (status.ruleset, status.compared, status.would_block) == ("r2", 1, 1)
    (event,) = shadow.fetch()
    assert (event.kind, event.ruleset, event.verdict) == ("shadow", "r2", record.transfer.id)
    assert event.data["names"] == ["MAL_New", "MAL_Old"]
    assert (event.data["action"], event.data["would"]) == ("allow", "block")
    assert (event.data["file_name"], event.data["channel"]) == ("x" * 256, "slack")
    assert shadow.fetch() == []
    await none_left(open_descriptors, before)


async def test_what_it_would_let_pass(desk: Any, shadow: Shadow) -> None:
    desk.engine.report = Report(detections=(OLD_RULE,))
    assert (await desk.judge(b"abc")).ruling.action is Action.BLOCK
    await done(shadow)
    assert (shadow.status.would_block, shadow.status.would_pass) == (0, 1)
    assert shadow.fetch()[0].data["would"] == "allow"


async def test_equal_rulings_are_counted_alone(desk: Any, staged: Any, shadow: Shadow) -> None:
    desk.engine.report, staged.report = (
        Report(detections=(OLD_RULE,)),
        Report(detections=(NEW_RULE,)),
    )
    await desk.judge(b"abc")
    await done(shadow)
    assert (shadow.status.compared, shadow.fetch()) == (1, [])


async def test_an_observing_policy_counts_as_if_it_acted(
    desk: Any, staged: Any, shadow: Shadow
) -> None:
    shadow.shift.policy = Policy.read(RULES / "policy.toml", observe=True)
    staged.report = Report(detections=(NEW_RULE,))
    await desk.judge(b"abc")
    await done(shadow)
    assert shadow.status.would_block == 1


@pytest.mark.parametrize("reason", sorted(module.ITS_OWN_TROUBLE))
async def test_its_own_trouble_is_no_difference(
    desk: Any, staged: Any, shadow: Shadow, reason: Reason
) -> None:
    staged.examination = Examination(unscanned=(Unscanned("worker", reason),))
    await desk.judge(b"abc")
    await done(shadow)
    assert (shadow.status.failed, shadow.status.compared, shadow.fetch()) == (1, 0, [])


async def test_a_bug_of_its_engine_harms_nobody(
    desk: Any, staged: Any, shadow: Shadow, open_descriptors: Count
) -> None:
    staged.pool_fault = RuntimeError("a bug")
    before = open_descriptors()
    assert (await desk.judge(b"abc")).ruling.action is Action.ALLOW
    await done(shadow)
    assert (shadow.status.failed, shadow.status.compared) == (1, 0)
    await none_left(open_descriptors, before)


async def test_who_is_busy_is_skipped(
    desk: Any, staged: Any, shadow: Shadow, open_descriptors: Count
) -> None:
    before = open_descriptors()
    staged.gate = asyncio.Event()
    for number in range(module.AT_ONCE + 3):
        await desk.judge(bytes([number]))
    assert shadow.status.skipped == 3
    staged.gate.set()
    await done(shadow)
    assert shadow.status.compared == module.AT_ONCE
    await none_left(open_descriptors, before)


async def test_the_list_is_bounded(
    desk: Any, staged: Any, shadow: Shadow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LISTED", 2)
    staged.report = Report(detections=(NEW_RULE,))
    for number in range(3):
        await desk.judge(bytes([number]))
        await done(shadow)
    assert (len(shadow.fetch()), shadow.status.unlisted, shadow.status.would_block) == (2, 1, 3)


async def test_the_end_waits_for_no_scan(
    desk: Any, staged: Any, shadow: Shadow, open_descriptors: Count
) -> None:
    before = open_descriptors()
    staged.gate = asyncio.Event()
    await desk.judge(b"abc")
    await staged.reached.wait()
    await shadow.stop()
    assert shadow.shift.busy == 0
    await none_left(open_descriptors, before)


async def test_no_descriptor_left(
    desk: Any, shadow: Shadow, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = desk.spool(b"abc")
    record = await desk.inspection.inspect(desk.transfer(), body, recorded=False)

    def refuse(_: int) -> int:
        raise OSError("too many open files")

    monkeypatch.setattr("verdicts.shadow.os.dup", refuse)
    shadow.see(record.transfer, body, record)
    assert shadow.status.skipped == 1


def signature(name: str) -> Detection:
    return Detection(Code.SIGNATURE_CLAMAV, "clamav", name, DetectionLevel.MALICIOUS)


async def test_two_clamds_are_one(desk: Any, staged: Any) -> None:
    """What the active set's signatures find is not what the staged set's do."""
    gap = Unscanned("clamav", Reason.ENCRYPTED)
    active, official = signature("Douane.Worm.Old.UNOFFICIAL"), signature("Win.Worm.Official-1")
    new = signature("Douane.Worm.New.UNOFFICIAL")
    desk.engine.report = Report(detections=(active, official), unscanned=(gap,))
    staged.report = Report(detections=(new,), unscanned=(gap,))
    body = desk.spool(b"abc")
    report = await BothClamavs(desk.engine, staged).scan(body.descriptor(), 3, 0.0)
    assert report.detections == (official, new)
    assert [part.reason for part in report.unscanned] == [Reason.ENCRYPTED]
    without = BothClamavs(desk.engine, None)
    assert (await without.scan(body.descriptor(), 3, 0.0)).detections == (official,)
    assert without.state.version == desk.engine.version


async def test_what_analysts_allow_counts_for_it_too(
    desk: Any, staged: Any, shipped_policy: Policy, tmp_path: Path
) -> None:
    digest = hashlib.sha256(b"abc").hexdigest()
    (tmp_path / "allowed.txt").write_text(f"{digest}  never  ann  a tool of ours\n")
    staged.report = Report(detections=(NEW_RULE,))
    shift = Shift("r2", Pool(staged), staged, shipped_policy, 20, allowed=read_allowed(tmp_path))  # type: ignore[arg-type]
    shadow = Shadow(shift)
    desk.inspection.bystanders.append(shadow)
    await desk.judge(b"abc")
    await done(shadow)
    assert (shadow.status.compared, shadow.status.would_block) == (1, 0)
