"""The shipped bench in real workers that die at any import, open or refused system call."""

import os
import time
from collections.abc import Awaitable, Callable, Coroutine

from samples.catalogue import specimens
from scanners.model import Reason
from scanners.worker.pool import JobRequest, PoolAnswer, ScanPool
from scanners.worker.worker import seal_memfd

MakePool = Callable[..., Awaitable[ScanPool]]
Scan = Callable[..., Coroutine[None, None, PoolAnswer]]
Words = Callable[[PoolAnswer], list[str]]

SHIPPED = "scanners.worker.shipped:build_examiner"


async def test_nothing_is_imported_or_opened_after_the_fork(make_pool: MakePool) -> None:
    pool = await make_pool(SHIPPED, audit=True)
    (worker,) = pool.status().pids
    reasons: dict[str, set[Reason]] = {}
    found: set[str] = set()
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
            reasons[specimen.name] = {part.reason for part in answer.examination.unscanned}
            found.update(detection.code for detection in answer.examination.detections)
        os.close(body)
    failures = {Reason.CRASHED, Reason.TIMED_OUT, Reason.ENGINE_DOWN}
    assert {name: gaps for name, gaps in reasons.items() if gaps & failures} == {}
    assert pool.status().pids == (worker,)
    assert {"signature.yara", "disguise.extension"} <= found  # the scanners really ran


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
