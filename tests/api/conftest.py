"""A running ledger, an application on its log, and clients with keys of every role."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.services import Selftest
from api.settings import ApiSettings
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
from verdicts.ledger.access.keys import create_key
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.entry import decode, encode
from verdicts.ledger.questions import Role
from verdicts.ledger.server import serve
from verdicts.ledger.store import Writer
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, VerdictRecord
from verdicts.record import id_bytes
from verdicts.rulesets.records import Status
from verdicts.rulesets.store import Store
from verdicts.status import FrontStatus

NOW = datetime.now(UTC)
ON_BOTH = {
    "test_idempotency",
    *("routes.test_audit", "routes.test_exports", "routes.test_keys"),
    *("routes.test_stats", "routes.test_verdicts"),
}
"""Modules whose routes ask the database for more than one row, or have it decide."""
STATUS = FrontStatus(
    0, 42, "up", "ClamAV 1.4.6", "fildes", "", 2, 2, (), "rules", "tag", 0, 0, 0
)  # fmt: skip

RULES = {
    "policy.toml": "# nothing\n",
    "passwords.txt": "secret\n",
    "yara/worm.yar": 'rule Worm_X { meta: level = "malicious" status = "testing" score = SCORE '
    'description = "Detects X" condition: false }\n',
    "clamav/own.ndb": "Douane.Worm.X:0:*:616263\n",
    "catalogue/x.toml": """
name = "Worm X"
kind = "family"
aliases = ["IM-Worm.X"]
first_seen = "2003"
networks = ["AIM"]
transport = "a link"
basis = "file names"
about = "Published is its name."
references = ["https://example.org/x"]
cover = [
    { rule = "Worm_X", basis = "traits" },
    { rule = "Douane.Worm.X", basis = "file names" },
]
""",
    "catalogue/y.toml": """
name = "Worm Y"
kind = "family"
named_in_articles = true
basis = "none"
about = "Nothing is published."
""",
}


@pytest.fixture(scope="session")
def status() -> FrontStatus:
    """A front that is well."""
    return STATUS


@pytest.fixture(scope="session")
def make_record() -> Callable[[int], VerdictRecord]:
    """Two kinds of transfers of the last hour: even numbers are clean, odd ones a worm."""

    def make(number: int) -> VerdictRecord:
        worm = number % 2 == 1
        kind = TypeNode(FileType("pe", "application/x-dosexec", Family.PROGRAM))
        found = Detection(Code.SIGNATURE_YARA, "yara", "Worm_X", DetectionLevel.MALICIOUS, ("a",))
        verdict = Verdict(
            Level.MALICIOUS if worm else Level.CLEAN,
            (found,) if worm else (),
            (Unscanned("clamav", Reason.ENGINE_DOWN),) if worm else (),
            kind if worm else None,
            "r1",
            "ClamAV 1.4.6",
        )
        action = Action.BLOCK if worm else Action.ALLOW
        transfer = Transfer(
            id=f"0192f3a4-0000-7000-8000-{number:012x}",
            service="respmod",
            direction=Direction.DOWNLOAD,
            received_at=NOW,
            url="https://im.example/<script>alert(1)</script>",
            channel="telegram" if worm else "unknown",
            client_ip="192.0.2.7",
            user="ann",
            file_name="\u202egpj.exe\x1b[2J",
        )
        ruling = Ruling(action, "clause", True, action, verdict)
        return VerdictRecord(transfer, ruling, 1000 + number, f"{number:064x}", 1.5, False)

    return make


def played(profiles: tuple[str, ...]) -> list[dict[str, object]]:
    """Return the rows of a self-test in which rspamd lets EICAR pass."""
    row = {"sample": "eicar", "icap_status": 200, "wanted": ["stopped"], "why": "a rule"}
    good = {**row, "profile": "squid", "outcome": "stopped", "ok": True, "milliseconds": 1.5}
    bad = {**row, "profile": "rspamd", "outcome": "passed", "ok": False, "milliseconds": 1.5}
    return [one for one in (good, bad) if not profiles or one["profile"] in profiles]


@dataclass
class Site:
    """Everything a test of the API needs."""

    place: LedgerPlace
    app: FastAPI
    keys: dict[Role, str]
    run_directory: Path
    closing: asyncio.Event
    store: Store

    def client(self, role: Role | None = Role.ADMIN) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.keys[role]}"} if role else {}
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://douane", headers=headers
        )


@pytest.fixture
def run_directory() -> Iterator[Path]:
    """A folder whose path is short enough for Unix sockets."""
    with tempfile.TemporaryDirectory(prefix="da-") as folder:
        yield Path(folder)


@pytest.fixture
def settings() -> ApiSettings:
    return ApiSettings(scan_limit_bytes=100_000, uploads=2)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the modules of ON_BOTH on both databases; all others run on SQLite."""
    module = metafunc.module.__name__.removeprefix(f"{__package__}.")
    if "begun" in metafunc.fixturenames and module in ON_BOTH:
        server = pytest.param("postgresql", marks=pytest.mark.server)
        metafunc.parametrize("begun", ["sqlite", server], indirect=True)


@dataclass(frozen=True)
class Begun:
    """A state as it is copied for each test: to make the tables takes longer than most tests."""

    place: LedgerPlace
    keys: dict[Role, str]


MakeRecord = Callable[[int], VerdictRecord]


def begin(url: str, folder: Path, make_record: MakeRecord) -> Begun:
    """Ten transfers in the log, a key of every role."""
    place = LedgerPlace(url, folder / "ledger.sock", folder)
    writer = Writer(url)
    records = [make_record(number) for number in range(10)]
    writer.write([decode(id_bytes(one.transfer.id), encode(one)) for one in records])
    writer.close()
    return Begun(place, {role: create_key(place, role.value, role, NOW) for role in Role})


@pytest.fixture(scope="session")
def sqlite_begun(tmp_path_factory: pytest.TempPathFactory, make_record: MakeRecord) -> Begun:
    folder = tmp_path_factory.mktemp("begun")
    return begin(f"sqlite:///{folder}/log.sqlite", folder, make_record)


@pytest.fixture(scope="session")
def postgresql_begun(
    postgresql: Postgresql, tmp_path_factory: pytest.TempPathFactory, make_record: MakeRecord
) -> Begun:
    begun = begin(postgresql.create_database(), tmp_path_factory.mktemp("begun"), make_record)
    postgresql.keep_database(begun.place.url)
    return begun


@pytest.fixture
def begun(request: pytest.FixtureRequest, run_directory: Path) -> Iterator[Begun]:
    """A begun state of the test's own in its run directory."""
    name = getattr(request, "param", "sqlite")
    first: Begun = request.getfixturevalue(f"{name}_begun")
    shutil.copytree(first.place.state, run_directory, dirs_exist_ok=True)
    url = first.place.url if name == "postgresql" else f"sqlite:///{run_directory}/log.sqlite"
    place = LedgerPlace(url, run_directory / "ledger.sock", run_directory)
    yield Begun(place, dict(first.keys))
    if name == "postgresql":
        server: Postgresql = request.getfixturevalue("postgresql")
        server.reset_database(url)


@pytest.fixture
async def site(run_directory: Path, settings: ApiSettings, begun: Begun) -> AsyncIterator[Site]:
    """A begun state, and an application on it; no ledger runs."""
    place, keys, closing = begun.place, begun.keys, asyncio.Event()
    app = create_app(
        settings,
        place,
        run_directory=run_directory,
        spool_directory=run_directory,
        rulesets=run_directory / "rulesets",
        false_positive_rate=0.1,
        fronts=1,
        tester=Selftest(played, ("squid", "rspamd")),
        closing=closing,
    )
    async with app.router.lifespan_context(app):
        yield Site(place, app, keys, run_directory, closing, Store(run_directory / "rulesets"))


@pytest.fixture(autouse=True)
def keep_old_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of tests are of 1970, and the ledger would forget them within a second."""
    monkeypatch.setattr("verdicts.ledger.event_log.alarms.LOOK_SECONDS", 3600)


@pytest.fixture
async def ledger(site: Site) -> AsyncIterator[None]:
    """The ledger of the site, running."""
    stop, ready = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(serve(site.place.url, site.place.socket, ready.set, stop))
    async with asyncio.timeout(20):
        await ready.wait()
    yield
    stop.set()
    await serving


WriteRules = Callable[..., Path]


@pytest.fixture
def write_rules(tmp_path: Path) -> WriteRules:
    """write_rules("name", score=10) writes a small rule set of its own."""

    def write(name: str = "rules", score: int = 70) -> Path:
        for file, text in RULES.items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("SCORE", str(score)))
        return tmp_path / name

    return write


@pytest.fixture
def active(site: Site, write_rules: WriteRules) -> str:
    """The id of a rule set that is active at the site."""
    one = site.store.take_in(write_rules(), author="ann", note="first", origin="upload")
    for status in (Status.CHECKED, Status.ACTIVE):
        site.store.mark(one.id, status, actor="ann")
    return one.id


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with the admin key."""
    async with site.client() as made:
        yield made
