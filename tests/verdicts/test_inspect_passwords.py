"""inspect() and passwords: what the heads give opens this transfer only, and is kept nowhere."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

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
from scanners.worker.pool import Child, JobRequest, PoolAnswer
from scanners.worker.worker import seal_memfd
from verdicts.model import Transfer

URL = "http://x.example/a.zip?pw=gR8-one"
ALARM = "Heuristics.Encrypted.Zip"
SAID = Report(
    detections=(Detection(Code.ARCHIVE_ENCRYPTED, "clamav", ALARM, DetectionLevel.INFO),),
    unscanned=(Unscanned("clamav", Reason.ENCRYPTED),),
)
ZIP = frozenset({"zip"})


async def test_another_password_is_another_scan(desk: Any) -> None:
    for hints in (("one",), ("two",), (), ("one",)):
        await desk.judge(b"x", hints=hints)
    assert desk.engine.scans == 3


async def test_nor_do_they_share_a_scan_under_way(desk: Any) -> None:
    desk.engine.gate = asyncio.Event()
    hints = (("one",), ("two",), ("one",))
    judged = [asyncio.create_task(desk.judge(b"x", hints=one)) for one in hints]
    await asyncio.sleep(0.01)
    desk.engine.gate.set()
    await asyncio.gather(*judged)
    assert desk.engine.scans == 2


async def test_what_stayed_encrypted_is_asked_about_anew(desk: Any) -> None:
    desk.engine.examination = Examination(unscanned=(Unscanned("zip", Reason.ENCRYPTED),))
    for _ in range(2):
        assert not (await desk.judge(b"x")).cached
    assert desk.engine.scans == 2


async def test_the_worker_is_told_and_the_record_is_not(desk: Any, monkeypatch: Any) -> None:
    told: list[JobRequest] = []
    pool = desk.engine.as_pool()
    scan = type(pool).scan

    async def listen(self: Any, descriptor: int, request: JobRequest, deadline: float) -> Any:
        told.append(request)
        return await scan(self, descriptor, request, deadline)

    monkeypatch.setattr(type(pool), "scan", listen)
    record = await desk.judge(b"x", url=URL, hints=("gR8-one",))
    assert told[0].hints == ("gR8-one",)
    assert record.transfer.url == "http://x.example/a.zip?pw=***"
    assert "gR8-one" not in repr(record)
    cached = await desk.judge(b"x", url=URL, hints=("gR8-one",))
    assert cached.cached
    assert "gR8-one" not in repr(cached)


async def test_nor_are_records_of_what_was_not_read(desk: Any) -> None:
    transfer: Transfer = replace(desk.transfer(), url=URL, hints=("gR8-one",))
    await desk.inspection.rule_unscanned(transfer, Reason.TOO_LARGE, 9)
    desk.inspection.note_torn(transfer, 9)
    assert len(desk.book.records) == 2
    assert "gR8-one" not in repr(desk.book.records)


@pytest.mark.parametrize(
    "whole, child, paths",
    [
        (ZIP, ZIP, set()),
        (ZIP, frozenset(), {("a.zip",)}),
        (frozenset(), ZIP, {()}),
        (frozenset({"rar"}), frozenset({"7z"}), {(), ("a.zip",)}),
    ],
)
async def test_clamd_is_not_asked_for_a_password(
    desk: Any, whole: frozenset[str], child: frozenset[str], paths: set[tuple[str, ...]]
) -> None:
    """What we opened is no gap; each content is judged by what was opened in it."""
    body = desk.spool(b"x")
    memfd = seal_memfd(memoryview(b"in"))
    children = (Child(memfd, ("a.zip",), child),)
    desk.engine.answer = PoolAnswer(Examination(unlocked=whole), children)
    desk.engine.report = SAID
    record = await desk.inspection.inspect(desk.transfer(), body)
    verdict = record.ruling.verdict
    assert {gap.path for gap in verdict.unscanned} == paths
    assert ALARM in {found.name for found in verdict.detections}
    assert verdict.level is (Level.UNKNOWN if paths else Level.CLEAN)
