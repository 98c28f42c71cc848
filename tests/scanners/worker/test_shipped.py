"""The shipped bench in real workers that die at any import, open or refused system call."""

import hashlib
import lzma
import os
import re
import shutil
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

import zstandard

from samples import builders
from samples.catalogue import Specimen, specimens
from scanners.budget import Budget
from scanners.model import Code, Content, Examination, Reason
from scanners.settings import Limits, MiB, PasswordSettings, WorkerSettings
from scanners.worker.pool import JobRequest, PoolAnswer, ScanPool
from scanners.worker.shipped import build_examiner
from scanners.worker.worker import seal_memfd

MakePool = Callable[..., Awaitable[ScanPool]]
Scan = Callable[..., Coroutine[None, None, PoolAnswer]]
Words = Callable[[PoolAnswer], list[str]]

SHIPPED = "scanners.worker.shipped:build_examiner"
RULES = Path(__file__).parents[3] / "rules"
BENCH = build_examiner(RULES, b"x" * 32)
LZMA1 = lzma.FILTER_LZMA1
DATA = builders.pe() + bytes(range(256)) * 2048
SMALL = Limits(file_bytes=32 * MiB, unpacked_bytes=32 * MiB, scan_seconds=20)
FAILURES = {Reason.CRASHED, Reason.TIMED_OUT, Reason.ENGINE_DOWN, Reason.TOO_LARGE}
MARK = re.compile(r"mark \w+")


def here(specimen: Specimen) -> Examination:
    """Examine a specimen in this process, where everything may be opened."""
    content = Content(
        memoryview(specimen.data),
        specimen.name,
        specimen.declared_type,
        specimen.parameters,
        specimen.codings,
    )
    budget = Budget(
        time.monotonic() + 20,
        SMALL.unpacked_bytes,
        SMALL.members,
        SMALL.depth,
        PasswordSettings().guess_seconds,
    )
    return BENCH(content, budget)


def said(examination: Examination) -> object:
    """What an analyst is told; marks of passwords aside, which have another key."""
    detections = sorted(
        (found.code, found.level, found.scanner, found.name, found.path, MARK.sub("", found.detail))
        for found in examination.detections
    )
    return examination.types, detections, examination.unscanned, examination.unlocked


async def test_nothing_is_imported_or_opened_after_the_fork(make_pool: MakePool) -> None:
    """Nor does any check say anything else in the sandbox than outside of it."""
    pool = await make_pool(SHIPPED, audit=True)
    (worker,) = pool.status().pids
    failed: list[str] = []
    for specimen in specimens():
        request = JobRequest(
            len(specimen.data),
            specimen.name,
            specimen.declared_type,
            specimen.parameters,
            specimen.codings,
        )
        body = seal_memfd(memoryview(specimen.data))
        with await pool.scan(body, request, time.monotonic() + 20) as answer:
            same = said(answer.examination) == said(here(specimen))
            reasons = {gap.reason for gap in answer.examination.unscanned}
        os.close(body)
        failed += [] if same and not reasons & FAILURES else [specimen.name]
    assert failed == []
    assert pool.status().pids == (worker,)
    assert len(os.listdir(f"/proc/{worker}/task")) == 1, "a library started a thread"


def with_large_dictionaries() -> dict[str, bytes]:
    """Half a MiB each, for which a decoder has to allocate two hundred times as much."""
    chain = {"preset": 1, "dict_size": 96 * MiB}
    window = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    return {
        "a.xz": lzma.compress(DATA, filters=[{"id": lzma.FILTER_LZMA2, **chain}]),
        "a.lzma": lzma.compress(DATA, lzma.FORMAT_ALONE, filters=[{"id": LZMA1, **chain}]),
        "a.zst": zstandard.ZstdCompressor(compression_params=window).compress(DATA),
    }


async def test_dictionaries_fit_into_the_headroom_alone() -> None:
    tight = Limits(file_bytes=MiB, unpacked_bytes=MiB)
    pool = ScanPool(RULES, tight, WorkerSettings(count=1))
    await pool.start()
    try:
        for name, packed in with_large_dictionaries().items():
            body = seal_memfd(memoryview(packed))
            request = JobRequest(len(packed), name)
            with await pool.scan(body, request, time.monotonic() + 20) as answer:
                assert answer.examination.unscanned == (), name
                assert answer.examination.types is not None
                (inside,) = answer.examination.types.children
                assert inside.file_type.name == "pe", name
            os.close(body)
    finally:
        await pool.stop()


async def test_hashing_opens_nothing(tmp_path: Path) -> None:
    """With the shipped lists, which are empty, nothing is ever hashed before the fork."""
    packed = builders.zip_of({"a.bin": DATA})
    shutil.copytree(RULES, tmp_path / "rules")
    digest = hashlib.sha256(DATA).hexdigest()
    (tmp_path / "rules" / "blocked.txt").write_text(f"{digest} 9999-12-31 alice why\n")
    pool = ScanPool(tmp_path / "rules", SMALL, WorkerSettings(count=1), audit=True)
    await pool.start()
    try:
        body = seal_memfd(memoryview(packed))
        request = JobRequest(len(packed), "a.zip", sha256=hashlib.sha256(packed).hexdigest())
        with await pool.scan(body, request, time.monotonic() + 20) as answer:
            codes = {(found.code, found.path) for found in answer.examination.detections}
        os.close(body)
    finally:
        await pool.stop()
    assert (Code.HASH_BLOCKED, ("a.bin",)) in codes


async def test_the_audit_would_see_it(make_pool: MakePool, scan: Scan, words: Words) -> None:
    pool = await make_pool(audit=True)
    for deed in (
        "do:lazy_import",
        "do:fileless_import",
        "attempt:open",
        "attempt:open_python",
        "attempt:stat",
    ):
        assert words(await scan(pool, deed)) == ["worker:crashed"]
    assert words(await scan(pool, "read:", b"x")) == ["x", "1"]


async def test_without_the_audit_a_lazy_import_only_fails(
    make_pool: MakePool, scan: Scan, words: Words
) -> None:
    pool = await make_pool()
    assert words(await scan(pool, "do:lazy_import"))[0] in ("swallowed", "worker:crashed")
    assert words(await scan(pool, "do:fileless_import")) == ["xxsubtype"]
    assert pool.status().restarts["crashed"] == 0
