"""Letters, a log with a running ledger, and receivers, for the tests of this folder."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.servers.receiver import Receiver
from verdicts.delivery.book import SinkBook
from verdicts.delivery.sender import Letter
from verdicts.ledger.event_log.events import Event
from verdicts.ledger.event_log.feed import EventFeed
from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.server import serve

ID = "0192f3a4-0000-7000-8000-000000000001"
HOSTILE = 'a"b]\\c=|\n\r\x1b[2J\x7f\u202egpj.exe\u0085\U0001f9a0'
SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU="


def verdict_row(**changes: Any) -> dict[str, object]:
    """A verdict as the API shows it."""
    row: dict[str, object] = {
        "id": ID,
        "time": "2026-11-23T12:00:00.000000Z",
        "node": "n1",
        "service": "respmod",
        "direction": "download",
        "action": "block",
        "wanted": "block",
        "clause": "signatures",
        "enforced": True,
        "level": "malicious",
        "channel": "telegram",
        "user": "ann",
        "client_ip": "192.0.2.7",
        "url": "https://im.example/file?x=1",
        "file_name": HOSTILE,
        "other_names": [],
        "declared_type": "image/jpeg",
        "other_types": [],
        "true_type": "pe",
        "size": 1000,
        "sha256": "ab" * 32,
        "detections": [
            {
                "code": "signature.yara",
                "scanner": "yara",
                "name": "Worm_X",
                "level": "malicious",
                "path": [HOSTILE],
                "detail": HOSTILE,
            }
        ],
        "unscanned": [{"scanner": "zip", "reason": "encrypted", "path": []}],
        "types": None,
        "ruleset": "r1",
        "clamav": "ClamAV 1.4.6",
        "scan_ms": 1.5,
        "cached": False,
    }
    return {**row, **changes}


def make_letter(
    number: int = 1, kind: str = "verdict", verdict: Mapping[str, object] | None = None, **data: Any
) -> Letter:
    given = {"action": "block", "level": "malicious", "file_name": HOSTILE, **data}
    moment = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()) * 1_000_000 + number
    about = ID if kind == "verdict" else ""
    return Letter(Event(number, moment, kind, "r1", about, json.dumps(given)), verdict)


@pytest.fixture(scope="session")
def letter() -> Callable[..., Letter]:
    return make_letter


@pytest.fixture(scope="session")
def row() -> Callable[..., dict[str, object]]:
    return verdict_row


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


@pytest.fixture
def secret_file(tmp_path: Path) -> str:
    path = tmp_path / "secret"
    path.write_text(SECRET + "\n")
    return str(path)


class Log:
    """A running ledger and everything a courier needs of it."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/log.sqlite"
        self.ledger = folder / "ledger.sock"
        self.reader = Reader(self.url)
        self.feed = EventFeed(self.reader)

    def book(self, name: str = "sink") -> SinkBook:
        return SinkBook(name, self.ledger, self.reader)

    async def add(self, *numbers: int, kind: str = "alarm", **data: Any) -> None:
        events = [NewEvent(n, kind, "", "", {"n": n, **data}) for n in numbers]
        await asyncio.to_thread(ask_add_events, self.ledger, events)


@pytest.fixture
async def log(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Log]:
    monkeypatch.setattr("verdicts.ledger.event_log.feed.LOOK_SECONDS", 0.01)
    monkeypatch.setattr(
        "verdicts.ledger.event_log.alarms.LOOK_SECONDS", 3600
    )  # events here are of 1970
    monkeypatch.setattr("verdicts.delivery.round.GRACE_SECONDS", 0.2)
    with tempfile.TemporaryDirectory(prefix="dv-") as folder:
        made = Log(Path(folder))
        stop, ready = asyncio.Event(), asyncio.Event()
        serving = asyncio.create_task(serve(made.url, made.ledger, ready.set, stop))
        async with asyncio.timeout(20):
            await ready.wait()
        async with made.feed.following():
            yield made
        made.reader.close()
        stop.set()
        await serving


Until = Callable[[Callable[[], object]], Awaitable[None]]


@pytest.fixture(scope="session")
def until() -> Until:
    """Wait for what nobody announces."""

    async def wait(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    return wait
