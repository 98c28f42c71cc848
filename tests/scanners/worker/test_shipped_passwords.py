"""Passwords in real workers: the key of marks comes from a file, and trying can be switched off."""

import os
import time
from pathlib import Path

import pytest

from samples.catalogue import find
from scanners.model import Reason, Source
from scanners.passwords.keyring import Keyring, Password
from scanners.secret import ensure_secret, read_secret
from scanners.settings import Limits, PasswordSettings, WorkerSettings
from scanners.worker.pool import JobRequest, PoolAnswer, ScanPool
from scanners.worker.worker import seal_memfd
from scanners.worker.zygote_link import ZygoteFailed

RULES = Path(__file__).parents[3] / "rules"


async def _scan(name: str, secret: Path | None, settings: PasswordSettings) -> PoolAnswer:
    specimen = find(name)
    pool = ScanPool(
        RULES, Limits(), WorkerSettings(count=1), passwords=settings, secret=secret, audit=True
    )
    await pool.start()
    body = seal_memfd(memoryview(specimen.data))
    try:
        request = JobRequest(len(specimen.data), specimen.name, specimen.declared_type)
        with await pool.scan(body, request, time.monotonic() + 20) as answer:
            return answer
    finally:
        os.close(body)
        await pool.stop()


async def test_marks_are_made_under_the_key_of_the_file(tmp_path: Path) -> None:
    path = ensure_secret(tmp_path)
    answer = await _scan("infected.pdf", path, PasswordSettings())
    mark = Keyring(secret=read_secret(path)).mark(Password("infected", Source.DEFAULT))
    (detail,) = {found.detail for found in answer.examination.detections if found.name == "opened"}
    assert f"(mark {mark})" in detail
    assert not answer.examination.unscanned
    assert answer.examination.unlocked == {"pdf_encryption"}


async def test_switched_off_nothing_is_tried(tmp_path: Path) -> None:
    answer = await _scan("infected.pdf", None, PasswordSettings(enabled=False))
    assert {gap.reason for gap in answer.examination.unscanned} == {Reason.ENCRYPTED}
    assert not answer.examination.unlocked


async def test_what_opens_for_everybody_needs_no_trying() -> None:
    answer = await _scan("no-printing.pdf", None, PasswordSettings(enabled=False))
    assert not answer.examination.unscanned


async def test_a_file_that_is_no_key_keeps_it_from_starting(tmp_path: Path) -> None:
    path = tmp_path / "password.key"
    path.write_text("short")
    with pytest.raises(ZygoteFailed, match=r"password\.key is no key"):
        await _scan("infected.pdf", path, PasswordSettings())
