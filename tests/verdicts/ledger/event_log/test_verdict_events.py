"""Which transfers become events, and what those say."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from scanners.model import Code, Detection, DetectionLevel, Level
from verdicts.ledger import store
from verdicts.ledger.entry import Entry
from verdicts.ledger.event_log.events import events_after
from verdicts.ledger.event_log.verdict_events import (
    CODES,
    add_verdict_events,
    event_data,
    notable,
)
from verdicts.ledger.settings import EventSettings
from verdicts.ledger.store import Writer
from verdicts.model import Action, VerdictRecord
from verdicts.record import id_text

MakeRecord = Callable[..., VerdictRecord]
ToEntry = Callable[[VerdictRecord], Entry]


@pytest.fixture
def writer(url: str) -> Iterator[Writer]:
    made = Writer(url)
    yield made
    made.close()


def changed(record: VerdictRecord, **fields: Any) -> VerdictRecord:
    """The record with these fields of its ruling or verdict."""
    verdict = {name: fields.pop(name) for name in ("level", "detections") if name in fields}
    ruling = replace(record.ruling, verdict=replace(record.ruling.verdict, **verdict), **fields)
    return replace(record, ruling=ruling)


@pytest.mark.parametrize(
    "fields, deserves",
    [
        ({"level": Level.CLEAN}, False),
        ({"level": Level.UNKNOWN}, True),
        ({"level": Level.SUSPICIOUS}, True),
        ({"level": Level.MALICIOUS}, True),
        ({"level": Level.CLEAN, "action": Action.BLOCK, "wanted": Action.BLOCK}, True),
        ({"level": Level.CLEAN, "wanted": Action.BLOCK}, True),  # monitored only
    ],
)
def test_what_deserves_one(
    make_record: MakeRecord, to_entry: ToEntry, fields: Mapping[str, Any], deserves: bool
) -> None:
    allowed = {"action": Action.ALLOW, "wanted": Action.ALLOW, "detections": ()}
    entry = to_entry(changed(make_record(0), **{**allowed, **fields}))
    assert notable(entry) is deserves


def told(writer: Writer) -> list[str]:
    connection = writer.connection()
    with connection.begin():
        return [event.verdict for event in events_after(connection, 0, (), 100)]


def test_stored_with_the_verdicts_and_once(
    writer: Writer, make_entry: Callable[[int], Entry]
) -> None:
    entries = [make_entry(n) for n in range(6)]
    notables = [id_text(entry.verdict.id) for entry in entries if notable(entry)]
    assert 0 < len(notables) < len(entries)
    writer.write(entries[:3])
    writer.write(entries)  # the first three again
    assert told(writer) == notables


def test_none_without_the_verdict(
    writer: Writer, make_entry: Callable[[int], Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are of one transaction: what fails after the one takes the other along."""
    real = add_verdict_events

    def fail_after(*arguments: Any) -> None:
        real(*arguments)
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(store, "add_verdict_events", fail_after)
    with pytest.raises(RuntimeError):
        writer.write([make_entry(1)])
    assert told(writer) == []


def test_all_of_them(url: str, make_entry: Callable[[int], Entry]) -> None:
    writer = Writer(url, EventSettings(verdicts="all"))
    entries = [make_entry(n) for n in range(6)]
    writer.write(entries)
    assert told(writer) == [id_text(entry.verdict.id) for entry in entries]
    writer.close()


def test_what_it_says(make_record: MakeRecord, to_entry: ToEntry) -> None:
    info = Detection(Code.CONTAINER_SCRIPT, "zip", "script", DetectionLevel.INFO)
    worm = Detection(Code.SIGNATURE_YARA, "yara", "Worm_X", DetectionLevel.MALICIOUS)
    record = changed(make_record(1), detections=(info, worm, worm))
    assert json.loads(event_data(to_entry(record))) == {
        "action": "block",
        "wanted": "block",
        "enforced": True,
        "clause": "clause-1",
        "level": "unknown",
        "channel": "unknown",
        "direction": "download",
        "user": "ann",
        "client_ip": "192.0.2.1",
        "file_name": "\u202egpj.exe",
        "true_type": "zip",
        "size": 1000,
        "sha256": f"{1:064x}",
        "detection": {"code": "signature.yara", "name": "Worm_X"},
        "codes": ["container.script", "signature.yara"],
        "unscanned": ["encrypted"],
    }


def test_it_stays_small(make_record: MakeRecord, to_entry: ToEntry) -> None:
    detections = tuple(Detection(code, "s" * 900, "n" * 900, DetectionLevel.INFO) for code in Code)
    hostile = make_record(1, file_name="\U0001f9a0" * 5000, user="u" * 9999, channel="c" * 9999)
    data = event_data(to_entry(changed(hostile, detections=detections, clause="x" * 9999)))
    assert len(data.encode()) < 10_000
    assert len(json.loads(data)["codes"]) == CODES
