"""Records, databases and running ledgers for the tests of this folder."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench.servers.postgresql import Postgresql
from scanners.model import (
    Code,
    Detection,
    DetectionLevel,
    Family,
    FileType,
    Level,
    Reason,
    TypeNode,
    Unscanned,
)
from verdicts.ledger.entry import Entry, decode, encode
from verdicts.ledger.server import serve
from verdicts.model import (
    Action,
    Direction,
    NameSource,
    OtherName,
    Ruling,
    Transfer,
    Verdict,
    VerdictRecord,
)
from verdicts.record import EPOCH, id_bytes

TYPES = TypeNode(FileType("zip", "application/zip", Family.ARCHIVE), children=())
WORM = Detection(Code.SIGNATURE_YARA, "yara", "Worm_X", DetectionLevel.MALICIOUS, ("a.exe",), "…")
TRICK = Detection(Code.DISGUISE_BIDI, "names", "rtl", DetectionLevel.SUSPICIOUS)
FOUND = ((), (WORM,), (WORM, TRICK), (WORM, WORM), (TRICK,))
MISSED = (
    (),
    (Unscanned("zip", Reason.ENCRYPTED, ("b.zip", "c")),),
    (Unscanned("zip", Reason.ENCRYPTED), Unscanned("clamav", Reason.ENGINE_DOWN)),
)
OTHERS = (
    (),
    (OtherName(NameSource.URL, "get.php"),),
    (OtherName(NameSource.DISPOSITION, "b 'c' \"d\".jpg"), OtherName(NameSource.TARGET, "[1]")),
)
MakeRecord = Callable[..., VerdictRecord]
START = datetime(2026, 1, 31, 23, 59, 59, 999_000, EPOCH.tzinfo)


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """A record whose every field follows from its number; equal numbers, equal records."""

    def make(number: int = 0, **transfer: object) -> VerdictRecord:
        verdict = Verdict(
            level=list(Level)[number % 4],
            detections=FOUND[number % 5],
            unscanned=MISSED[number % 3],
            types=TYPES if number % 2 else None,
            ruleset="r1",
            clamav="ClamAV 1.4.6",
        )
        ruling = Ruling(
            action=(Action.ALLOW, Action.BLOCK)[number % 2],
            clause=f"clause-{number % 3}",
            enforced=number % 4 != 0,
            wanted=(Action.ALLOW, Action.BLOCK)[number % 2],
            verdict=verdict,
        )
        basis = Transfer(
            id=f"0192f3a4-0000-7000-8000-{number:012x}",
            service="respmod",
            direction=list(Direction)[number % 2],
            received_at=START + timedelta(milliseconds=number),
            url=f"https://im.example/{number}?<script>",
            channel=("telegram", "unknown", "discord")[number % 3],
            client_ip=f"192.0.2.{number % 4}",
            user=("", "ann", "bob 'quoted'; --")[number % 3],
            file_name="\u202egpj.exe",
            declared_type="image/jpeg",
            other_names=OTHERS[number % 3],
            other_types=("", "text/html")[: number % 4],
        )
        return VerdictRecord(
            transfer=replace(basis, **transfer),  # type: ignore[arg-type]
            ruling=ruling,
            size=number * 1000,
            sha256=f"{number % 7:064x}",
            scan_ms=1.5,
            cached=number % 2 == 0,
            node="n0",
        )

    return make


MakeEntry = Callable[..., Entry]


def sent(record: VerdictRecord) -> Entry:
    return decode(id_bytes(record.transfer.id), encode(record))


@pytest.fixture(scope="session")
def to_entry() -> Callable[[VerdictRecord], Entry]:
    """A record as the ledger gets it."""
    return sent


@pytest.fixture(scope="session")
def make_entry(make_record: MakeRecord) -> MakeEntry:
    """What `make_record` makes, as the ledger gets it."""
    return lambda number=0, **transfer: sent(make_record(number, **transfer))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def url(request: pytest.FixtureRequest) -> str:
    """A log without rows: every test that asks for it runs on both databases."""
    name = {"sqlite": "sqlite_url", "postgresql": "postgresql_url"}[request.param]
    found: str = request.getfixturevalue(name)
    return found


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/log.sqlite"


@pytest.fixture
def new_server_url(postgresql: Postgresql) -> Iterator[str]:
    url = postgresql.create_database()
    yield url
    postgresql.drop_database(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)])
def new_url(request: pytest.FixtureRequest) -> str:
    """A database without tables."""
    name = {"sqlite": "sqlite_url", "postgresql": "new_server_url"}[request.param]
    found: str = request.getfixturevalue(name)
    return found


@pytest.fixture
def run_directory() -> Iterator[Path]:
    """A folder whose path is short enough for a Unix socket."""
    with tempfile.TemporaryDirectory(prefix="dl-") as folder:
        yield Path(folder)


@pytest.fixture
def place(run_directory: Path) -> Path:
    """Where the ledger of a test listens."""
    return run_directory / "ledger.sock"


Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait for what nobody announces."""

    async def wait(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    return wait


RunLedger = Callable[[], AbstractAsyncContextManager[None]]


@pytest.fixture
def run_ledger(url: str, place: Path) -> RunLedger:
    """Run a ledger in this event loop; it stops orderly at the end of the block."""

    @asynccontextmanager
    async def run() -> AsyncIterator[None]:
        stop, ready = asyncio.Event(), asyncio.Event()
        serving = asyncio.create_task(serve(url, place, ready.set, stop))
        try:
            async with asyncio.timeout(20):
                await ready.wait()
            yield
        finally:
            stop.set()
            await serving

    return run


@pytest.fixture(autouse=True)
def keep_old_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of tests are of 1970, and the ledger would forget them within a second."""
    monkeypatch.setattr("verdicts.ledger.event_log.alarms.LOOK_SECONDS", 3600)


@pytest.fixture
async def ledger(run_ledger: RunLedger) -> AsyncIterator[None]:
    async with run_ledger():
        yield
