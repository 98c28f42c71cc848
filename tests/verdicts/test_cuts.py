"""Records of transfers of which a trickle let bytes pass before the ruling."""

import asyncio
from typing import Any

import pytest

from scanners.model import Code, Detection, DetectionLevel, Reason, Report
from verdicts.model import Action, VerdictRecord

BAD = Report(
    detections=(Detection(Code.SIGNATURE_CLAMAV, "clamav", "X", DetectionLevel.MALICIOUS),)
)


@pytest.mark.parametrize("begun, action", [(True, Action.CUT), (False, Action.BLOCK)])
async def test_a_block_is_a_cut_if_bytes_had_left(
    desk: Any, *, begun: bool, action: Action
) -> None:
    desk.engine.report = BAD
    judged = [
        await desk.inspection.inspect(desk.transfer(), desk.spool(b"x"), lambda: begun),
        await desk.inspection.rule_unscanned(desk.transfer(), Reason.TOO_LARGE, 9, lambda: begun),
        await desk.inspection.rule_stream(desk.transfer(), desk.spool(b"x"), lambda: begun),
    ]
    for record in judged:
        assert (record.ruling.action, record.ruling.wanted) == (action, Action.BLOCK)
    assert desk.book.durable == [True] * 3, "on disk before the client can know"


async def test_what_is_allowed_does_not_stop_the_trickle(desk: Any) -> None:
    def never() -> bool:
        raise AssertionError

    record = await desk.inspection.inspect(desk.transfer(), desk.spool(b"x"), never)
    assert record.ruling.action is Action.ALLOW


@pytest.mark.parametrize("ready", [True, False])
async def test_a_torn_body_is_noted_as_soon_as_the_ledger_takes_it(
    desk: Any, *, ready: bool
) -> None:
    desk.book.ready = ready
    desk.inspection.note_torn(desk.transfer(file_name="setup.exe"), 5)
    desk.inspection.note_torn(desk.transfer(file_name="photo.jpg"), 6)
    await asyncio.sleep(0)
    records: list[VerdictRecord] = desk.book.records
    assert [(r.ruling.action, r.size) for r in records] == [(Action.CUT, 5), (Action.ALLOW, 6)]
    assert {gap.reason for r in records for gap in r.ruling.verdict.unscanned} == {Reason.PARTIAL}
