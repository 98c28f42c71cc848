"""Rulings without waiting for a scan: remembered verdicts, and responses that never end."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from scanners.model import Code, Detection, DetectionLevel, Reason, Report
from tests.descriptors import none_left
from verdicts.model import Action, VerdictRecord

BAD = Report(
    detections=(Detection(Code.SIGNATURE_CLAMAV, "clamav", "X", DetectionLevel.MALICIOUS),)
)
Fields = dict[str, object]


def gaps(record: VerdictRecord) -> set[str]:
    return {part.reason.value for part in record.ruling.verdict.unscanned}


def recall(desk: Any, body: bytes, **fields: object) -> VerdictRecord | None:
    record: VerdictRecord | None = desk.inspection.recall(desk.transfer(**fields), desk.spool(body))
    return record


async def test_what_is_known_and_allowed_is_ruled_at_once(desk: Any) -> None:
    assert recall(desk, b"x") is None
    first = await desk.judge(b"x")
    again = recall(desk, b"x")
    assert again is not None
    assert again.cached
    assert again.ruling == first.ruling
    assert desk.book.records == [first, again]
    assert (desk.engine.scans, desk.inspection.cache.hits) == (1, 1)


@pytest.mark.parametrize(
    "fields", [{"partial": True}, {"file_name": "other"}, {"channel": "c"}], ids=str
)
async def test_other_circumstances_are_not_known(desk: Any, fields: Fields) -> None:
    await desk.judge(b"x")
    assert recall(desk, b"x", **fields) is None


async def test_a_block_is_never_ruled_without_its_record_on_disk(desk: Any) -> None:
    desk.engine.report = BAD
    await desk.judge(b"x")
    assert recall(desk, b"x") is None
    assert len(desk.book.records) == 1


async def test_a_ledger_that_cannot_take_it_at_once_is_waited_for(desk: Any) -> None:
    await desk.judge(b"x")
    desk.book.ready = False
    assert recall(desk, b"x") is None
    assert desk.inspection.cache.hits == 0


async def test_the_sample_of_a_stream_is_scanned(desk: Any) -> None:
    desk.engine.report = BAD
    record = await desk.inspection.rule_stream(desk.transfer(), desk.spool(b"first bytes"))
    assert desk.engine.contents == [b"first bytes"]
    assert (record.ruling.action, gaps(record)) == (Action.BLOCK, {"streaming"})


async def test_a_stream_of_which_nothing_is_there_is_ruled_by_its_head(desk: Any) -> None:
    record = await desk.inspection.rule_stream(desk.transfer(), desk.spool(b""))
    assert (record.ruling.clause, record.ruling.action) == ("live-stream", Action.ALLOW)
    program = desk.transfer(file_name="setup.exe")
    record = await desk.inspection.rule_stream(program, desk.spool(b""))
    assert (record.ruling.action, desk.engine.scans) == (Action.BLOCK, 0)


async def test_a_fault_with_the_sample_is_a_gap_of_its_own(
    desk: Any, open_descriptors: Callable[[], Counter[str]]
) -> None:
    spool = desk.spool(b"first bytes")
    spool.descriptor()
    before = open_descriptors()
    desk.engine.pool_fault = RuntimeError("a bug")
    record = await desk.inspection.rule_stream(desk.transfer(), spool)
    assert gaps(record) == {Reason.STREAMING.value, Reason.CRASHED.value}
    assert record.ruling.action is Action.BLOCK
    await none_left(open_descriptors, before)
