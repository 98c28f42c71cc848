"""The summary equals a count over the rows, for any range."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.store import Writer
from verdicts.model import Action, VerdictRecord
from verdicts.record import EPOCH, microseconds

START = EPOCH.replace(year=2025, month=11, day=29, hour=22, minute=58)
STEPS = (timedelta(seconds=20), timedelta(minutes=23), timedelta(hours=7), timedelta(days=9))
COUNT = 120


@pytest.fixture(scope="module")
def log(
    tmp_path_factory: pytest.TempPathFactory,
    make_record: Callable[..., VerdictRecord],
    to_entry: Callable[[VerdictRecord], Entry],
) -> Iterator[tuple[Reader, list[VerdictRecord]]]:
    url = f"sqlite:///{tmp_path_factory.mktemp('log')}/log.sqlite"
    moment, records = START, []
    for number in range(COUNT):
        record = make_record(number, received_at=moment)
        cut = number % 7 == 1
        ruling = replace(record.ruling, action=Action.CUT) if cut else record.ruling
        records.append(replace(record, ruling=ruling))
        moment += STEPS[number * number % 4]
    writer = Writer(url)
    for start in range(0, COUNT, 17):
        writer.write(list(map(to_entry, records[start : start + 17])))
    writer.close()
    reader = Reader(url)
    yield reader, records
    reader.close()


def counted(records: list[VerdictRecord]) -> dict[str, object]:
    """Count as a person would."""
    size: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    for one in records:
        size[one.transfer.channel] += one.size
        verdict = one.ruling.verdict
        found.update({(hit.code.value, hit.name) for hit in verdict.detections})
        reasons.update({part.reason.value for part in verdict.unscanned})
    top = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return {
        "transfers": len(records),
        "bytes": sum(one.size for one in records),
        "by_action": Counter(one.ruling.action.value for one in records),
        "by_level": Counter(one.ruling.verdict.level.name.lower() for one in records),
        "by_channel": Counter(one.transfer.channel for one in records),
        "bytes_by_channel": size,
        "by_direction": Counter(one.transfer.direction.value for one in records),
        "top_detections": tuple(
            {"name": name, "code": code, "count": count} for (code, name), count in top
        ),
        "unscanned": reasons,
        "incomplete": sum(1 for one in records if one.ruling.verdict.unscanned),
    }


@st.composite
def moments(draw: st.DrawFn) -> int:
    """A moment of a record, just before or after one, or anywhere."""
    anywhere = START + timedelta(seconds=draw(st.integers(-4_000_000, 40_000_000)))
    exact = microseconds(anywhere) + draw(st.integers(-2, 2))
    return exact // 60_000_000 * 60_000_000 if draw(st.booleans()) else exact


@settings(max_examples=60)
@given(one=moments(), other=moments())
def test_summary_is_a_count_over_rows(
    log: tuple[Reader, list[VerdictRecord]], one: int, other: int
) -> None:
    reader, records = log
    since, until = min(one, other), max(one, other)
    within = [r for r in records if since <= microseconds(r.transfer.received_at) < until]
    assert asdict(reader.summary(since, until)) == counted(within)


@pytest.mark.parametrize("first, last", [(0, 1), (10, 11), (3, 40), (0, COUNT - 1)])
def test_bounds_are_exact(log: tuple[Reader, list[VerdictRecord]], first: int, last: int) -> None:
    reader, records = log
    since = microseconds(records[first].transfer.received_at)
    until = microseconds(records[last].transfer.received_at)
    assert asdict(reader.summary(since, until)) == counted(records[first:last])
    assert asdict(reader.summary(since, until + 1)) == counted(records[first : last + 1])


def test_only_the_most_frequent_detections_are_named(
    url: str, make_entry: Callable[[int], Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verdicts.ledger.stats.summary.TOP_DETECTIONS", 1)
    writer, reader = Writer(url), Reader(url)
    writer.write([make_entry(n) for n in range(5)])
    assert [one.name for one in reader.summary(0, 2**55 // 2).top_detections] == ["Worm_X"]
    writer.close()
    reader.close()
