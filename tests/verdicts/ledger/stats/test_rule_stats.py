"""Counts of rules: exact in any range, ClamAV's suffix left out, each transfer once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from scanners.model import Code, Detection, DetectionLevel
from verdicts.ledger.entry import Entry
from verdicts.ledger.feedback import store_feedback
from verdicts.ledger.questions import StoreFeedback
from verdicts.ledger.stats.rule_stats import (
    Hit,
    RuleCount,
    recent_hits,
    rule_counts,
    rule_days,
)
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import EPOCH, microseconds

MAL = DetectionLevel.MALICIOUS
YARA = Detection(Code.SIGNATURE_YARA, "yara", "MAL_Worm_X_Nov26", MAL)
CLAM = Detection(Code.SIGNATURE_CLAMAV, "clamav", "Douane.Worm.X.UNOFFICIAL", MAL)
INNER = replace(CLAM, path=("a.zip", "b.exe"))
TRICK = Detection(Code.DISGUISE_BIDI, "names", "MAL_Worm_X_Nov26", DetectionLevel.SUSPICIOUS)
NOW = 1_800_000_000_000_000
DAY = timedelta(days=1)
START = datetime(2026, 1, 30, 23, 59, 30, tzinfo=EPOCH.tzinfo)
# transfer: when, what was found in it
LOG = (
    (START, (YARA, replace(YARA, path=("a",)))),
    (START + timedelta(seconds=31), (YARA, CLAM, INNER)),
    (START + DAY, (CLAM,)),
    (START + 2 * DAY, (TRICK,)),
    (START + 40 * DAY, (YARA,)),
)
NAMES = ("MAL_Worm_X_Nov26", "Douane.Worm.X", "MAL_Never_Nov26")


def transfer(number: int) -> str:
    return f"0192f3a4-0000-7000-8000-{number:012x}"


@pytest.fixture
def connection(
    url: str,
    make_record: Callable[..., VerdictRecord],
    to_entry: Callable[[VerdictRecord], Entry],
) -> Iterator[Connection]:
    writer = Writer(url)
    for number, (moment, found) in enumerate(LOG):
        record = make_record(number, received_at=moment)
        verdict = replace(record.ruling.verdict, detections=found)
        record = replace(record, ruling=replace(record.ruling, verdict=verdict))
        writer.write([to_entry(record)])
    with writer.connection().begin():
        yield writer.connection()
    writer.close()


def stamp(moment: datetime) -> int:
    return microseconds(moment)


def test_hits_and_the_last_one(connection: Connection) -> None:
    counts = rule_counts(connection, NAMES, 0, stamp(START + 3 * DAY))
    last = stamp(START + 40 * DAY)
    assert counts == {
        "MAL_Worm_X_Nov26": RuleCount(2, 0, last),
        "Douane.Worm.X": RuleCount(2, 0, stamp(START + DAY)),
        "MAL_Never_Nov26": RuleCount(),
    }
    assert rule_counts(connection, (), 0, last) == {}


@pytest.mark.parametrize(
    "since, until, hits",
    [
        (START, START, 0),
        (START, START + timedelta(microseconds=1), 1),
        (START + timedelta(microseconds=1), START + timedelta(seconds=31), 0),
        (START, START + timedelta(seconds=32), 2),
        (START, START + 41 * DAY, 3),
    ],
)
def test_bounds_are_exact(
    connection: Connection, since: datetime, until: datetime, hits: int
) -> None:
    (count, *_) = rule_counts(connection, NAMES, stamp(since), stamp(until)).values()
    assert count.hits == hits


def test_false_positives_are_transfers_of_the_range(connection: Connection) -> None:
    """Two people say it of transfer 1, one of 4, and of 0 somebody says the contrary."""
    for author, number, kind in (
        ("ann", 1, "false_positive"),
        ("bob", 1, "false_positive"),
        ("ann", 4, "false_positive"),
        ("ann", 3, "false_positive"),
        ("ann", 0, "missed"),
    ):
        said = StoreFeedback(transfer(number), f"dk_{author}", author, NOW, kind, "because")
        store_feedback(connection, said)
    early = rule_counts(connection, NAMES, 0, stamp(START + 3 * DAY))
    assert [one.false_positives for one in early.values()] == [1, 1, 0]
    assert [one.false_positive_rate for one in early.values()] == [0.5, 0.5, None]
    whole = rule_counts(connection, NAMES, 0, stamp(START + 41 * DAY))
    assert [one.false_positives for one in whole.values()] == [2, 1, 0]


def test_days(connection: Connection) -> None:
    first, second, last = (
        stamp(datetime(*day, tzinfo=EPOCH.tzinfo))
        for day in ((2026, 1, 30), (2026, 1, 31), (2026, 3, 11))
    )
    until = stamp(START + 40 * DAY)
    assert rule_days(connection, "MAL_Worm_X_Nov26", until, 41) == [
        (first, 1), (second, 1), (last, 1),
    ]  # fmt: skip
    assert rule_days(connection, "MAL_Worm_X_Nov26", until, 40) == [(second, 1), (last, 1)]
    assert rule_days(connection, "Douane.Worm.X", second, 2) == [(second, 2)]
    assert rule_days(connection, "MAL_Never_Nov26", until, 41) == []


def test_recent_hits(connection: Connection) -> None:
    hits = recent_hits(connection, "Douane.Worm.X", 10)
    assert hits == [
        Hit(transfer(2), stamp(START + DAY)),
        Hit(transfer(1), stamp(START + timedelta(seconds=31))),
    ]
    assert recent_hits(connection, "Douane.Worm.X", 1) == hits[:1]
    assert recent_hits(connection, "MAL_Never_Nov26", 1) == []


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)  # the plans of the others are no text
def test_no_query_reads_all_detections(connection: Connection) -> None:
    """Neither a maximum by group nor the edges of the range nor the feedback."""
    seen: list[tuple[str, tuple[object, ...]]] = []

    def note(_connection: object, _cursor: object, *said: object) -> None:
        statement, parameters = said[:2]
        seen.append((str(statement), tuple(parameters)))  # type: ignore[arg-type]

    event.listen(connection, "before_cursor_execute", note)
    rule_counts(connection, NAMES, 1, NOW + 1)
    recent_hits(connection, NAMES[0], 5)
    rule_days(connection, NAMES[0], NOW, 30)
    event.remove(connection, "before_cursor_execute", note)
    steps = [
        row[3]
        for statement, parameters in seen
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    ]
    read = [step for step in steps if " detection" in step or " verdict" in step]
    assert read
    for step in read:
        assert step.startswith("SEARCH"), step
        assert "(verdict=?)" in step or "(name=?)" in step or "_time (time>?" in step, step
