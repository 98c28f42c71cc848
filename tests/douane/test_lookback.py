"""Looking back: by hash in a real log, by scanning kept samples again; what becomes an event."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from douane import lookback
from douane.lookback import LookBack, Outcome, Superseded
from scanners.model import Level
from verdicts.kept import KeptSamples
from verdicts.ledger.entry import decode, encode
from verdicts.ledger.event_log.events import add_events
from verdicts.ledger.event_log.new_events import NewEvent, as_data
from verdicts.ledger.questions import EventRow
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.store import Writer
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, VerdictRecord
from verdicts.record import id_bytes, microseconds
from verdicts.scan_socket import NoFrontAnswers, ScanRefused, ScanRequest
from verdicts.spool import Spool, SpoolSpace

START = datetime(2026, 11, 1, tzinfo=UTC)
RULESET = "0123456789abcdef"
NOTHING = Outcome(0, truncated=False)
WORM, PLAIN = b"a worm that nobody knew", b"plain"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def record(number: int, data: bytes, action: Action = Action.ALLOW) -> VerdictRecord:
    transfer = Transfer(
        f"0192f3a4-0000-7000-8000-{number:012x}",
        "respmod",
        Direction.DOWNLOAD,
        START + timedelta(hours=number),
        url="https://Files.example/a",
        channel="discord",
        client_ip="192.0.2.7",
        user="alice",
        file_name=f"{number}.bin",
        declared_type="multipart/form-data",
        parameters=(("boundary", "b"),),
        codings=("gzip",),
    )
    ruling = Ruling(action, "c", True, action, Verdict(Level.CLEAN, ruleset="old"))
    return VerdictRecord(transfer, ruling, len(data), sha256(data), 1.0, cached=False)


@dataclass
class World:
    """A log, a store of samples, a folder of rules, and fronts that answer as told."""

    rules: Path
    url: str
    reader: Reader
    kept: KeptSamples
    events: list[NewEvent] = field(default_factory=list)
    asked: list[tuple[str, ScanRequest]] = field(default_factory=list)
    row: dict[str, object] = field(default_factory=dict)

    def submit(self, descriptor: int, request: ScanRequest) -> dict[str, object]:
        data = os.pread(descriptor, 1000, 0)
        self.asked.append((sha256(data), request))
        answer: dict[str, object] = {
            "sha256": sha256(data),
            "ruleset": RULESET,
            "detections": [],
            "unscanned": [],
        }
        bad = data == WORM
        found = [{"name": "MAL_New", "level": "malicious"}, {"name": "x", "level": "info"}]
        answer |= {"wanted": "block", "clause": "malicious", "detections": found} if bad else {}
        return {"wanted": "allow", "clause": "c", **answer, **self.row}

    async def look(self, since: datetime = START, **parts: object) -> Outcome:
        self.events.clear()
        self.asked.clear()
        made: dict[str, Any] = {"kept": self.kept, "submit": self.submit, **parts}
        return await LookBack(
            self.rules,
            RULESET,
            self.reader,
            self.events.extend,
            since=microseconds(since),
            **made,
        ).run()

    def store(self, events: Sequence[NewEvent]) -> None:
        """What the ledger does."""
        writer = Writer(self.url)
        with writer.connection().begin():
            rows = [EventRow(e.time, e.kind, e.ruleset, e.verdict, as_data(e.data)) for e in events]
            add_events(writer.connection(), rows)
        writer.close()

    def verdicts(self) -> list[int]:
        return [int(event.verdict[-12:], 16) for event in self.events]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    rules = tmp_path / "rules"
    (rules / "clamav").mkdir(parents=True)
    url = f"sqlite:///{tmp_path}/log.sqlite"
    records = [
        record(0, WORM),
        record(1, WORM),
        record(2, WORM, Action.BLOCK),
        record(3, PLAIN),
        record(4, b"other"),
    ]
    writer = Writer(url)
    writer.write([decode(id_bytes(one.transfer.id), encode(one)) for one in records])
    writer.close()
    kept = KeptSamples(tmp_path / "kept", 10_000, 1000, 30)
    space = SpoolSpace(tmp_path, 1000, 1000, 1000)
    for one, data in ((records[1], WORM), (records[3], PLAIN), (record(9, b"never"), b"never")):
        spool = Spool(space)
        spool.write(memoryview(data))
        spool.finish()
        kept.see(one.transfer, spool, one)
        spool.close()
    kept.close()
    reader = Reader(url)
    yield World(rules, url, reader, kept)
    reader.close()


async def test_what_is_listed_now(world: World) -> None:
    (world.rules / "blocked.txt").write_text(f"{sha256(WORM)} never bob ticket 7\n")
    assert (await world.look(kept=None)).found == 2
    assert world.verdicts() == [1, 0]
    event = world.events[0]
    assert (event.kind, event.ruleset) == ("retroactive", RULESET)
    assert event.data == {
        "action": "allow",
        "would": "block",
        "by": "hash",
        "names": [f"Blocked.{sha256(WORM)[:16]}"],
        "reason": "ticket 7 (bob)",
        "sha256": sha256(WORM),
        "time": "2026-11-01T01:00:00.000000Z",
        "file_name": "1.bin",
        "direction": "download",
        "channel": "discord",
        "user": "alice",
        "client_ip": "192.0.2.7",
    }


async def test_clamavs_hashes_count_with_their_size(world: World) -> None:
    path = world.rules / "clamav" / "a.hsb"
    path.write_text(f"{sha256(PLAIN)}:{len(PLAIN)}:Douane.Worm.A:73\n{sha256(WORM)}:9:D.W.B:73\n")
    assert (await world.look(kept=None)).found == 1
    assert world.verdicts() == [3]
    assert world.events[0].data["names"] == ["Douane.Worm.A"]


async def test_no_further_back_than_asked(world: World) -> None:
    (world.rules / "blocked.txt").write_text(f"{sha256(WORM)} never bob why\n")
    assert (await world.look(START + timedelta(minutes=1), kept=None)).found == 1
    assert world.verdicts() == [1]


async def test_samples_are_scanned_again_as_they_came(world: World) -> None:
    assert (await world.look()).found == 2
    assert world.verdicts() == [1, 0]
    assert world.events[0].data["by"] == "scan"
    assert world.events[0].data["names"] == ["MAL_New"]
    assert world.events[0].data["clause"] == "malicious"
    asked = dict(world.asked)
    assert set(asked) == {sha256(WORM), sha256(PLAIN)}  # the log knows nothing of the third
    assert asked[sha256(WORM)] == ScanRequest(
        "1.bin",
        "multipart/form-data",
        url="https://Files.example/a",
        user="alice",
        client_ip="192.0.2.7",
        host="files.example",
        channel="discord",
        direction="download",
        parameters=(("boundary", "b"),),
        codings=("gzip",),
        recorded=False,
    )


async def test_what_the_list_names_is_not_scanned(world: World) -> None:
    (world.rules / "blocked.txt").write_text(f"{sha256(WORM)} never bob why\n")
    assert (await world.look()).found == 2
    assert [digest for digest, _ in world.asked] == [sha256(PLAIN)]


@pytest.mark.parametrize("reason", ["timed_out", "engine_down", "crashed"])
async def test_a_scan_that_failed_says_nothing_of_the_file(world: World, reason: str) -> None:
    world.row = {"wanted": "block", "unscanned": [{"reason": reason}]}
    assert (await world.look()).found == 0
    world.row = {"wanted": "block", "unscanned": [{"reason": "encrypted"}]}
    assert (await world.look()).found == 3


async def test_a_sample_that_was_changed_counts_for_nothing(world: World) -> None:
    world.row = {"sha256": "0" * 64}
    assert (await world.look()).found == 0


async def test_a_newer_set_ends_it(world: World) -> None:
    world.row = {"ruleset": "newer"}
    with pytest.raises(Superseded, match="newer"):
        await world.look()


async def test_what_a_front_refuses_is_passed_over(world: World) -> None:
    def refuse(descriptor: int, request: ScanRequest) -> dict[str, object]:
        raise ScanRefused("too large")

    assert await world.look(submit=refuse) == NOTHING


async def test_the_number_of_events_is_bounded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookback, "MOST_ROWS", 1)
    with capture_logs() as lines:
        assert await world.look() == Outcome(1, truncated=True)
    warning = {"event": "lookback.too_much", "log_level": "warning", "ruleset": RULESET, "most": 1}
    assert warning in lines
    (world.rules / "blocked.txt").write_text(f"{sha256(WORM)} never bob why\n")
    assert await world.look() == Outcome(1, truncated=True)
    assert (world.verdicts(), world.asked) == ([1], [])
    monkeypatch.setattr(lookback, "MOST_ROWS", 2)
    assert await world.look() == Outcome(2, truncated=False)


async def test_nothing_is_told_twice(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookback, "MOST_ROWS", 1)
    (world.rules / "blocked.txt").write_text(f"{sha256(WORM)} never bob why\n")
    for newest in ([1], [0]):
        await world.look(kept=None)
        assert world.verdicts() == newest
        world.store(world.events)
    assert await world.look() == NOTHING
    assert [digest for digest, _ in world.asked] == [sha256(PLAIN)]  # of the other all is told


async def test_another_attempt_goes_on_where_one_ended(world: World) -> None:
    calls: list[bytes] = []

    def fail_once(descriptor: int, request: ScanRequest) -> dict[str, object]:
        calls.append(os.pread(descriptor, 1000, 0))
        if len(calls) == 2:
            raise NoFrontAnswers("away")
        return world.submit(descriptor, request)

    done: set[str] = set()
    with pytest.raises(NoFrontAnswers):
        await world.look(submit=fail_once, done=done)
    world.store(world.events)
    await world.look(submit=fail_once, done=done)
    assert len(calls) == 3
    assert calls[1] == calls[2] != calls[0]


async def test_progress_is_told(world: World) -> None:
    told: list[tuple[str, int]] = []
    look = LookBack(
        world.rules, RULESET, world.reader, world.events.extend, world.submit, world.kept, 0
    )
    await look.run(lambda what, count: told.append((what, count)))
    assert told == [("hashes", 0), ("samples", 1), ("samples", 2), ("samples", 3)]
