"""A shift goes home when its last work is done, and a change of shifts loses and mixes nothing."""

import asyncio
from dataclasses import replace
from typing import Any

from scanners.hash_lists import HashList, Listed
from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Level,
    Reason,
    Report,
    WorkSeconds,
)
from scanners.worker.remote_worker import gap
from verdicts.model import Action
from verdicts.policy import Policy
from verdicts.shift import Shift

NEW_RULE = Detection(Code.SIGNATURE_YARA, "yara", "MAL_New", DetectionLevel.MALICIOUS)


class Pool:
    """Says whether it was stopped while somebody was at work."""

    def __init__(self, shift: "Shift | None" = None) -> None:
        self.busy_at_stop = -1
        self.shift = shift

    async def stop(self) -> None:
        assert self.shift is not None
        self.busy_at_stop = self.shift.busy


def idle_shift(policy: Policy) -> tuple[Shift, Pool]:
    pool = Pool()
    pool.shift = Shift("r0", pool, None, policy, 20)  # type: ignore[arg-type]  # only stopped
    return pool.shift, pool


async def test_it_waits_for_the_last_of_its_work(shipped_policy: Policy) -> None:
    shift, pool = idle_shift(shipped_policy)
    with shift.at_work():
        going = asyncio.create_task(shift.go_home())
        with shift.at_work() as same:
            assert (same, shift.busy) == (shift, 2)
        await asyncio.sleep(0)
        assert not going.done()
    await going
    assert (shift.busy, pool.busy_at_stop) == (0, 0)


async def test_an_idle_one_goes_at_once(shipped_policy: Policy) -> None:
    shift, pool = idle_shift(shipped_policy)
    await shift.go_home()
    assert pool.busy_at_stop == 0


async def test_who_began_under_a_shift_ends_under_it(desk: Any, shipped_policy: Policy) -> None:
    """A scan is under way at the change; the same content is scanned anew by the new shift."""
    desk.engine.gate = asyncio.Event()
    before = asyncio.create_task(desk.judge(b"same"))
    await desk.engine.reached.wait()
    newer = replace(desk.engine, report=Report(detections=(NEW_RULE,)), gate=None)
    shift = Shift("r2", newer.as_pool(), newer, shipped_policy, 20)
    former = desk.inspection.take_over(shift)
    after = await desk.judge(b"same")
    assert former.busy == 1 + 1  # the transfer, and its scan
    desk.engine.gate.set()
    first = await before
    assert former.busy == 0
    assert (first.ruling.action, first.ruling.verdict.ruleset) == (Action.ALLOW, "r1")
    assert (after.ruling.action, after.ruling.verdict.ruleset) == (Action.BLOCK, "r2")


async def test_a_verdict_of_before_is_not_remembered_for_the_new_shift(
    desk: Any, shipped_policy: Policy
) -> None:
    """Though the ISTag is still the old one: it changes when the last front has changed."""
    assert (await desk.judge(b"same")).ruling.action is Action.ALLOW
    newer = replace(desk.engine, report=Report(detections=(NEW_RULE,)))
    desk.inspection.take_over(Shift("r2", newer.as_pool(), newer, shipped_policy, 20))
    body = desk.spool(b"same")
    assert desk.inspection.recall(desk.transfer(), body) is None
    record = await desk.inspection.inspect(desk.transfer(), body)
    assert (record.cached, record.ruling.action) == (False, Action.BLOCK)


async def test_every_record_names_the_shift(desk: Any) -> None:
    await desk.judge(b"")
    await desk.judge(b"x")
    await desk.inspection.rule_unscanned(desk.transfer(), Reason.TOO_LARGE, 9)
    await desk.inspection.rule_stream(desk.transfer(), desk.spool(b""))
    desk.inspection.note_torn(desk.transfer(), 1)
    desk.engine.pool_fault = RuntimeError("a bug")
    await desk.judge(b"y")
    assert [record.ruling.verdict.ruleset for record in desk.book.records] == ["r1"] * 6


async def test_who_only_asks_leaves_no_record(desk: Any) -> None:
    record = await desk.inspection.inspect(desk.transfer(), desk.spool(b"x"), recorded=False)
    assert record.ruling.action is Action.ALLOW
    assert desk.book.records == []


async def test_bystanders_see_what_was_scanned(desk: Any) -> None:
    """Not what was remembered, not what nobody transfers, and nothing empty."""
    seen: list[tuple[str, int]] = []

    class Bystander:
        def see(self, transfer: Any, spool: Any, record: Any) -> None:
            seen.append((transfer.id, spool.size))
            assert record.transfer.id == transfer.id

    desk.inspection.bystanders.append(Bystander())
    first = await desk.judge(b"abc")
    await desk.judge(b"abc")
    await desk.judge(b"")
    await desk.inspection.inspect(desk.transfer(), desk.spool(b"d"), recorded=False)
    assert seen == [(first.transfer.id, 3)]


async def test_an_allowed_hash_counts_even_if_no_worker_says_anything(
    desk: Any, shipped_policy: Policy
) -> None:
    body = desk.spool(b"listed")
    allowed = HashList({bytes.fromhex(body.sha256): Listed(None, "alice", "why")})
    desk.engine.report = Report(detections=(NEW_RULE,))
    desk.engine.answer = gap(Reason.CRASHED)
    shift = Shift("r1", desk.engine.as_pool(), desk.engine, shipped_policy, 20, allowed=allowed)
    desk.inspection.take_over(shift)
    ruling = (await desk.inspection.inspect(desk.transfer(), body)).ruling
    assert (ruling.action, ruling.clause) == (Action.ALLOW, "allowed-by-hash")
    assert ruling.verdict.level is Level.MALICIOUS
    assert (await desk.judge(b"not listed")).ruling.action is Action.BLOCK
    part = await desk.inspection.inspect(desk.transfer(partial=True), body)
    assert part.ruling.action is Action.BLOCK


def counted(inspection: Any) -> dict[str, int]:
    times = inspection.stages.counts()
    return {stage: sum(one.buckets) for stage, one in times.items() if sum(one.buckets)}


async def test_stages_are_timed_where_the_inspection_counts(
    desk: Any, shipped_policy: Policy
) -> None:
    desk.engine.examination = Examination(seconds=WorkSeconds(0.25, 0.5, 1.0))
    await desk.judge(b"x")
    shift = Shift("r2", desk.engine.as_pool(), desk.engine, shipped_policy, 20)
    desk.inspection.take_over(shift)
    desk.engine.answer = gap(Reason.CRASHED)  # a worker that tells nothing of its time
    await desk.judge(b"y")
    assert counted(desk.inspection) == {
        "worker": 2, "type": 1, "archive": 1, "yara": 1, "clamd": 2, "policy": 2, "log": 2,
    }  # fmt: skip
    times = desk.inspection.stages.counts()
    assert [times[stage].seconds for stage in ("type", "yara", "archive")] == [0.25, 0.5, 1.0]


async def test_a_clamav_that_is_off_takes_no_time(desk: Any) -> None:
    desk.engine.status = "off"
    await desk.judge(b"x")
    assert "clamd" not in counted(desk.inspection)
