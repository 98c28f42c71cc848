"""What the tests of judging share: transfers, spools, engines that answer as told."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pytest

from scanners.clamav.engine import EngineState
from scanners.model import Examination, FileType, Report, TypeNode
from scanners.model import Family as FamilyOf
from scanners.worker.pool import JobRequest, PoolAnswer
from verdicts.cache import VerdictCache
from verdicts.inspect import Inspection
from verdicts.model import Direction, Transfer, VerdictRecord, new_transfer_id, utc_now
from verdicts.policy import Policy
from verdicts.shift import Shift
from verdicts.spool import Spool, SpoolSpace

RULES = Path(__file__).parents[2] / "rules"
TEXT = TypeNode(FileType("text", "text/plain", FamilyOf.TEXT))


@dataclass
class EngineDouble:
    """Pool and clamd at once, for faults that real ones do not produce on demand."""

    version: str = "ClamAV 1.4.6/1/x"
    status: Literal["up", "off"] = "up"
    generation: str = "g"
    """The ISTag in force."""
    examination: Examination = field(default_factory=lambda: Examination(types=TEXT))
    report: Report = field(default_factory=Report)
    pool_fault: Exception | None = None
    clamav_fault: Exception | None = None
    gate: asyncio.Event | None = None
    """Scans wait for it."""
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    scans: int = 0
    contents: list[bytes] = field(default_factory=list)
    answer: PoolAnswer | None = None

    @property
    def state(self) -> EngineState:
        return EngineState(self.status, self.version, "fildes", "")

    def as_pool(self) -> "PoolDouble":
        return PoolDouble(self)

    async def scan(
        self, descriptor: int, size: int, deadline: float, path: tuple[str, ...] = ()
    ) -> Report:
        await self._begin()
        assert size == os.fstat(descriptor).st_size
        if self.clamav_fault:
            raise self.clamav_fault
        return replace(
            self.report, unscanned=tuple(replace(p, path=path) for p in self.report.unscanned)
        )

    async def _begin(self) -> None:
        if self.gate is not None:
            await self.gate.wait()


@dataclass
class PoolDouble:
    engine: EngineDouble

    async def scan(self, descriptor: int, request: JobRequest, deadline: float) -> PoolAnswer:
        engine = self.engine
        engine.scans += 1
        engine.reached.set()
        await engine._begin()
        engine.contents.append(os.pread(descriptor, request.size + 1, 0))
        if engine.pool_fault:
            raise engine.pool_fault
        return engine.answer or PoolAnswer(engine.examination)


@dataclass
class Book:
    """A ledger that remembers what it was told."""

    records: list[VerdictRecord] = field(default_factory=list)
    durable: list[bool] = field(default_factory=list)

    ready: bool = True
    """It takes records without waiting."""

    async def record(self, record: VerdictRecord, *, durable: bool) -> None:
        self.records.append(record)
        self.durable.append(durable)

    def record_now(self, record: VerdictRecord) -> bool:
        if self.ready:
            self.records.append(record)
            self.durable.append(False)
        return self.ready


@pytest.fixture
def space(tmp_path: Path) -> SpoolSpace:
    return SpoolSpace(tmp_path, 2 * 2**20, 64 * 2**20, 2**30)


@pytest.fixture
def spool(space: SpoolSpace) -> Iterator[Callable[[bytes], Spool]]:
    """Make finished spools; all are closed at the end."""
    made: list[Spool] = []

    def make(data: bytes) -> Spool:
        made.append(Spool(space))
        made[-1].write(memoryview(data))
        made[-1].finish()
        assert made[-1].sha256 == hashlib.sha256(data).hexdigest()
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def transfer() -> Callable[..., Transfer]:
    """Make transfers, each with an id of its own."""

    def make(**fields: object) -> Transfer:
        plain = Transfer(new_transfer_id(), "respmod", Direction.DOWNLOAD, utc_now())
        return replace(plain, **fields)  # type: ignore[arg-type]

    return make


@pytest.fixture
def engine() -> EngineDouble:
    return EngineDouble()


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def shipped_policy() -> Policy:
    return Policy.read(RULES / "policy.toml")


@pytest.fixture
def inspection(engine: EngineDouble, book: Book, shipped_policy: Policy) -> Inspection:
    """The shipped policy over an engine that answers as told."""
    shift = Shift("r1", engine.as_pool(), engine, shipped_policy, 20)  # type: ignore[arg-type]
    return Inspection(shift, VerdictCache(100), book, lambda: engine.generation)


@dataclass
class Desk:
    """An inspection and everything around it."""

    inspection: Inspection
    engine: EngineDouble
    book: Book
    transfer: Callable[..., Transfer]
    spool: Callable[[bytes], Spool]

    async def judge(self, data: bytes, **fields: object) -> VerdictRecord:
        spool = self.spool(data)
        try:
            return await self.inspection.inspect(self.transfer(**fields), spool)
        finally:
            spool.close()


@pytest.fixture
def desk(
    inspection: Inspection,
    engine: EngineDouble,
    book: Book,
    transfer: Callable[..., Transfer],
    spool: Callable[[bytes], Spool],
) -> Desk:
    return Desk(inspection, engine, book, transfer, spool)
