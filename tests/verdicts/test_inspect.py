"""inspect(): one scan, one ruling, one record; every fault is a gap, and no gap is remembered."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samples.programs import pe
from scanners.clamav.engine import Clamav
from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Examination,
    Level,
    Reason,
    Report,
    Unscanned,
)
from scanners.rules.manifest import ruleset_id
from scanners.settings import ClamavSettings, Limits, WorkerSettings
from scanners.worker.pool import Child, PoolAnswer, ScanPool
from scanners.worker.worker import seal_memfd
from tests.descriptors import none_left
from verdicts.cache import VerdictCache
from verdicts.inspect import Inspection
from verdicts.model import Action, NameSource, OtherName, VerdictRecord
from verdicts.policy import Policy
from verdicts.shift import Shift

RULES = Path(__file__).parents[2] / "rules"
Count = Callable[[], Counter[str]]
EICAR = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Eicar-Test", DetectionLevel.MALICIOUS)
SCANNED_REASONS = [r for r in Reason if r not in (Reason.PARTIAL, Reason.STREAMING, Reason.OPAQUE)]


def gaps(record: VerdictRecord) -> set[str]:
    return {part.reason.value for part in record.ruling.verdict.unscanned}


async def test_clean_content_passes_and_is_remembered(desk: Any) -> None:
    first = await desk.judge(b"hello")
    second = await desk.judge(b"hello")
    assert (first.ruling.action, first.ruling.clause) == (Action.ALLOW, "clean")
    assert not first.cached
    assert (second.ruling, second.cached, second.sha256) == (first.ruling, True, first.sha256)
    assert (desk.engine.scans, desk.engine.contents) == (1, [b"hello"])
    assert desk.book.records == [first, second]
    assert desk.book.durable == [False, False]
    assert first.ruling.verdict.ruleset == "r1"
    assert first.ruling.verdict.clamav == desk.engine.version
    assert first.size == 5
    assert 0 <= first.scan_ms < 20_000


async def test_a_block_is_durable(desk: Any) -> None:
    desk.engine.report = Report(detections=(EICAR,))
    for cached in (False, True):
        record = await desk.judge(b"bad")
        assert (record.ruling.action, record.ruling.clause) == (Action.BLOCK, "malicious")
        assert record.cached is cached
    assert desk.book.durable == [True, True]


@pytest.mark.parametrize("reason", SCANNED_REASONS)
@pytest.mark.parametrize("who", ["worker", "clamav"])
async def test_every_gap_is_blocked_recorded_once_and_forgotten(
    desk: Any, who: str, reason: Reason
) -> None:
    gap = (Unscanned(who, reason),)
    if who == "worker":
        desk.engine.examination = Examination(unscanned=gap)
    else:
        desk.engine.report = Report(unscanned=gap)
    record = await desk.judge(b"?")
    assert (record.ruling.action, gaps(record)) == (Action.BLOCK, {reason.value})
    assert record.ruling.verdict.level is Level.UNKNOWN
    assert (desk.book.records, desk.book.durable) == ([record], [True])
    desk.engine.examination, desk.engine.report = Examination(), Report()
    again = await desk.judge(b"?")
    assert (again.ruling.action, again.cached, desk.engine.scans) == (Action.ALLOW, False, 2)


@pytest.mark.parametrize("part", ["pool_fault", "clamav_fault"])
async def test_a_bug_of_an_engine_is_a_crash_and_no_pass(
    desk: Any, open_descriptors: Count, part: str
) -> None:
    body = desk.spool(b"?")
    body.descriptor()
    before = open_descriptors()
    setattr(desk.engine, part, RuntimeError("a bug"))
    record = await desk.inspection.inspect(desk.transfer(), body)
    assert (record.ruling.action, gaps(record)) == (Action.BLOCK, {"crashed"})
    assert desk.book.durable == [True]
    await none_left(open_descriptors, before)
    setattr(desk.engine, part, None)
    assert (await desk.inspection.inspect(desk.transfer(), body)).ruling.action is Action.ALLOW


async def test_no_descriptor_left_is_a_crash_and_no_pass(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> int:
        raise OSError("too many open files")

    monkeypatch.setattr("verdicts.inspect.os.dup", refuse)
    record = await desk.judge(b"?")
    assert (record.ruling.action, gaps(record)) == (Action.BLOCK, {"crashed"})


async def test_partial_adds_a_gap_and_never_poisons_the_cache(desk: Any) -> None:
    """In both orders: a range first, and a whole file of the same bytes first."""
    for data in (b"one", b"two"):
        order = [True, False, True] if data == b"one" else [False, True, False]
        for partial in order:
            record = await desk.judge(data, partial=partial)
            assert gaps(record) == ({"partial"} if partial else set())
            assert record.ruling.clause == ("not-the-whole-file" if partial else "clean")
    assert desk.engine.scans == 2


async def test_partial_keeps_what_was_found(desk: Any) -> None:
    desk.engine.report = Report(detections=(EICAR,))
    record = await desk.judge(b"bad", partial=True)
    assert record.ruling.verdict.level is Level.MALICIOUS
    assert (record.ruling.action, gaps(record)) == (Action.BLOCK, {"partial"})


async def test_nothing_to_look_at_is_clean(desk: Any) -> None:
    record = await desk.judge(b"", file_name="setup.exe")
    assert (record.ruling.action, record.size, desk.engine.scans) == (Action.ALLOW, 0, 0)
    assert desk.book.records == [record]


async def test_ten_equal_transfers_are_one_scan_and_ten_records(desk: Any) -> None:
    desk.engine.gate = asyncio.Event()
    waiting = [asyncio.create_task(desk.judge(b"same")) for _ in range(10)]
    await asyncio.sleep(0)
    desk.engine.gate.set()
    records = await asyncio.gather(*waiting)
    assert desk.engine.scans == 1
    assert [record.cached for record in records] == [False] + [True] * 9
    assert len({record.transfer.id for record in desk.book.records}) == 10


async def test_a_client_vanishes_and_the_other_gets_the_verdict(
    desk: Any, open_descriptors: Count
) -> None:
    """The first one's spool is closed while the scan reads: it has a descriptor of its own."""
    desk.engine.gate = asyncio.Event()
    first, second = desk.spool(b"same"), desk.spool(b"same")
    before = open_descriptors()
    leaving = asyncio.create_task(desk.inspection.inspect(desk.transfer(), first))
    staying = asyncio.create_task(desk.inspection.inspect(desk.transfer(), second))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    first.close()
    desk.engine.gate.set()
    record = await staying
    assert record.ruling.action is Action.ALLOW
    assert desk.book.records == [record]
    assert desk.engine.contents == [b"same"]
    await none_left(open_descriptors, before)


@pytest.mark.parametrize(
    "fields",
    [
        {"file_name": "b"},
        {"declared_type": "a/b"},
        {"parameters": (("a", "b"),)},
        {"codings": ("gzip",)},
        {"other_names": (OtherName(NameSource.DISPOSITION, "b"),)},
        {"other_names": (OtherName(NameSource.URL, "b.c"),)},
        {"other_types": ("a/b",)},
        {"channel": "c"},
    ],
    ids=str,
)
async def test_other_circumstances_are_scanned_anew(desk: Any, fields: dict[str, object]) -> None:
    await desk.judge(b"x")
    await desk.judge(b"x", **fields)
    assert desk.engine.scans == 2


async def test_another_generation_is_scanned_anew(desk: Any) -> None:
    """Policy, rules, channels, signatures or code changed: the ISTag is another."""
    await desk.judge(b"x")
    desk.engine.generation = "h"
    await desk.judge(b"x")
    assert desk.engine.scans == 2
    assert not any(record.cached for record in desk.book.records)


async def test_a_generation_that_changes_during_the_scan_is_not_remembered(desk: Any) -> None:
    desk.engine.gate = asyncio.Event()
    scan = asyncio.create_task(desk.judge(b"x"))
    await asyncio.sleep(0)
    old, desk.engine.generation = desk.engine.generation, "h"
    desk.engine.gate.set()
    await scan
    for generation in (old, desk.engine.generation):
        desk.engine.generation = generation
        assert not (await desk.judge(b"x")).cached


async def test_children_go_to_clamav_under_their_path(desk: Any, open_descriptors: Count) -> None:
    body = desk.spool(b"x")
    body.descriptor()
    before = open_descriptors()
    children = [Child(seal_memfd(memoryview(b"in")), ("a.zip", str(n))) for n in range(20)]
    desk.engine.answer = PoolAnswer(Examination(), tuple(children))
    desk.engine.report = Report(unscanned=(Unscanned("clamav", Reason.ENCRYPTED),))
    record = await desk.inspection.inspect(desk.transfer(), body)
    paths = {part.path for part in record.ruling.verdict.unscanned}
    assert paths == {(), *(child.path for child in children)}
    await none_left(open_descriptors, before)


async def test_a_fault_with_one_child_leaves_no_descriptor(
    desk: Any, open_descriptors: Count
) -> None:
    body = desk.spool(b"x")
    body.descriptor()
    before = open_descriptors()
    children = tuple(Child(seal_memfd(memoryview(b"in")), (str(n),)) for n in range(20))
    desk.engine.answer = PoolAnswer(Examination(), children)
    desk.engine.clamav_fault = RuntimeError("a bug")
    record = await desk.inspection.inspect(desk.transfer(), body)
    assert gaps(record) == {"crashed"}
    await none_left(open_descriptors, before)


@pytest.mark.parametrize(
    "reason, action", [(Reason.TOO_LARGE, Action.BLOCK), (Reason.STREAMING, Action.ALLOW)]
)
async def test_what_is_not_scanned_is_ruled_and_recorded(
    desk: Any, reason: Reason, action: Action
) -> None:
    assert desk.inspection.foresee(desk.transfer(), reason, 10) is action
    assert desk.book.records == []
    record = await desk.inspection.rule_unscanned(desk.transfer(), reason, 10)
    assert (record.ruling.action, gaps(record)) == (action, {reason.value})
    assert (record.size, record.sha256, record.cached) == (10, "", False)
    assert (desk.book.records, desk.book.durable) == ([record], [action is not Action.ALLOW])
    assert desk.engine.scans == 0


async def test_an_observer_lets_pass_and_says_what_it_would_have_done(desk: Any) -> None:
    policy = Policy.read(RULES / "policy.toml", observe=True)
    shift = Shift("r1", desk.engine.as_pool(), desk.engine, policy, 20)
    desk.engine.report = Report(detections=(EICAR,))
    record = await Inspection(shift, VerdictCache(9), desk.book, str).inspect(
        desk.transfer(), desk.spool(b"bad")
    )
    ruling = record.ruling
    assert (ruling.action, ruling.wanted, ruling.enforced) == (Action.ALLOW, Action.BLOCK, False)
    assert desk.book.durable == [False]


async def test_no_clamd_is_engine_down(desk: Any, shipped_policy: Policy, tmp_path: Path) -> None:
    """The real client of a clamd that is not there."""
    clamav = Clamav(ClamavSettings(), str(tmp_path / "none.sock"))
    clamav.start()
    await clamav.settled()
    shift = Shift("r1", desk.engine.as_pool(), clamav, shipped_policy, 20)
    cache = VerdictCache(9)
    record = await Inspection(shift, cache, desk.book, str).inspect(
        desk.transfer(), desk.spool(b"x")
    )
    await clamav.stop()
    assert (record.ruling.clause, gaps(record)) == ("engine-fault", {"engine_down"})


async def test_real_workers_see_a_program_named_photo(
    desk: Any, shipped_policy: Policy, open_descriptors: Count
) -> None:
    pool = ScanPool(RULES, Limits(), WorkerSettings(count=1))
    await pool.start()
    try:
        before = open_descriptors()
        clamav = Clamav(ClamavSettings(), "off")
        shift = Shift(ruleset_id(RULES), pool, clamav, shipped_policy, 20)
        desk.inspection = Inspection(shift, VerdictCache(9), desk.book, str)
        program = pe([b"harmless"])
        record = await desk.judge(program, file_name="photo.jpg", declared_type="image/jpeg")
        verdict = record.ruling.verdict
        codes = {found.code for found in verdict.detections}
        assert (record.ruling.action, record.ruling.clause) == (Action.BLOCK, "disguise")
        assert {Code.DISGUISE_EXTENSION, Code.DISGUISE_MIME} <= codes
        assert verdict.types.file_type.name == "pe"
        honest = await desk.judge(b"line\n" * 10_000, file_name="notes.txt")
        assert (honest.ruling.action, gaps(honest)) == (Action.ALLOW, set())
        await none_left(open_descriptors, before)
    finally:
        await pool.stop()
