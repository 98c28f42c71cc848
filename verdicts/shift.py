"""A shift: one rule set at work, with the engines that apply it and the policy that goes with it.

Rules never change under a transfer: it is scanned and ruled by the shift that was on duty when
its last byte came, and that shift goes home only when its last transfer is done.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from scanners.clamav.engine import EngineState
from scanners.clamav.reports import without_opened
from scanners.hash_lists import HashList
from scanners.hashes import allowed_report
from scanners.model import Report, WorkSeconds
from scanners.worker.pool import Child, JobRequest, PoolAnswer, ScanPool
from verdicts.conclude import conclude
from verdicts.model import Transfer, Verdict
from verdicts.policy import Policy
from verdicts.stages import Stage, StageTimes

NOTHING = HashList()
MAX_CHILDREN_AT_ONCE = 8
"""Children of one transfer that clamd sees at a time: one file cannot take all its slots."""


class Antivirus(Protocol):
    """ClamAV, or two of them: one scan() that always answers."""

    @property
    def state(self) -> EngineState: ...

    async def scan(
        self, descriptor: int, size: int, deadline: float, path: tuple[str, ...] = ()
    ) -> Report: ...


class Shift:
    """Belongs to one event loop."""

    def __init__(
        self,
        ruleset: str,
        pool: ScanPool,
        clamav: Antivirus,
        policy: Policy,
        scan_seconds: float,
        *,
        allowed: HashList = NOTHING,
    ) -> None:
        """`clamav` may be shared with other shifts; the pool is this one's alone.

        `allowed`: files that analysts allow, whatever the engines say.
        """
        self.ruleset = ruleset
        self.pool = pool
        self.clamav = clamav
        self.policy = policy
        self.scan_seconds = scan_seconds
        self.stages = StageTimes()
        """Whoever puts the shift on duty gives it the front's own."""
        self._allowed = allowed
        self._at_work = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def at_work(self) -> Iterator["Shift"]:
        """Keep the shift from going home."""
        self._at_work += 1
        self._idle.clear()
        try:
            yield self
        finally:
            self._at_work -= 1
            if not self._at_work:
                self._idle.set()

    @property
    def busy(self) -> int:
        """How many transfers, or scans that outlived theirs, it works on."""
        return self._at_work

    async def go_home(self) -> None:
        """Return when nothing is left to do and the workers are gone."""
        await self._idle.wait()
        await self.pool.stop()

    async def scan(
        self, transfer: Transfer, descriptor: int, size: int, started: float, sha256: str = ""
    ) -> Verdict:
        """Ask all engines about a file; `started` (monotonic clock) is when the time began to run.

        `sha256` is empty if these bytes are no whole file.  The descriptor stays the caller's.
        Whatever an engine cannot do is a gap in the verdict.
        """
        deadline = started + self.scan_seconds
        job = JobRequest(
            size=size,
            name=transfer.file_name,
            declared_type=transfer.declared_type,
            parameters=transfer.parameters,
            codings=transfer.codings,
            other_names=transfer.stated_names,
            other_types=transfer.other_types,
            url_name=transfer.url_name,
            hints=transfer.hints,
            sha256=sha256,
        )
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(self._ask_clamav(descriptor, size, deadline))
            with self.stages.measure(Stage.WORKER):
                given = await self.pool.scan(descriptor, job, deadline)
            with given as answer:
                self._note(answer.examination.seconds)
                children = await self._scan_children(answer, deadline)
                whole = without_opened(await asked, answer.examination.unlocked)
                reports = [whole, *children, allowed_report(self._allowed, sha256)]
        version = self.clamav.state.version
        return conclude(reports, answer.examination, ruleset=self.ruleset, clamav=version)

    async def _scan_children(self, answer: PoolAnswer, deadline: float) -> list[Report]:
        """Ask clamd about what the worker decoded and clamd cannot reach by itself.

        On return or failure no question is left that could still use a child's descriptor.
        """
        turn = asyncio.Semaphore(MAX_CHILDREN_AT_ONCE)

        async def ask(child: Child) -> Report:
            size = os.fstat(child.descriptor).st_size
            async with turn:
                said = await self._ask_clamav(child.descriptor, size, deadline, child.path)
            return without_opened(said, child.unlocked)

        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(ask(child)) for child in answer.children]
        return [task.result() for task in asked]

    async def _ask_clamav(
        self, descriptor: int, size: int, deadline: float, path: tuple[str, ...] = ()
    ) -> Report:
        if self.clamav.state.status == "off":
            return Report()
        with self.stages.measure(Stage.CLAMD):
            return await self.clamav.scan(descriptor, size, deadline, path)

    def _note(self, seconds: WorkSeconds | None) -> None:
        if seconds is not None:
            self.stages.observe(Stage.TYPE, seconds.file_type)
            self.stages.observe(Stage.YARA, seconds.yara)
            self.stages.observe(Stage.ARCHIVE, seconds.others)
