"""What the writer counts: every dimension adds up to the verdicts, whatever their times."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from verdicts.ledger.entry import Entry, Found
from verdicts.ledger.schema import ROLLUPS, VERDICT
from verdicts.ledger.stats import folding, rollups
from verdicts.ledger.stats.buckets import Granularity, floor
from verdicts.ledger.stats.sums import Sum, add, key_columns
from verdicts.ledger.store import Writer
from verdicts.record import EPOCH, microseconds

MakeEntry = Callable[..., Entry]
CLOCKS = (
    EPOCH,
    datetime(2025, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 1, 0, 7, tzinfo=UTC),
    datetime(2026, 2, 28, 23, 59, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
)
SINGLE = ("action", "level", "channel", "direction", "type", "client_ip", "user")


def stored(connection: Connection, dimension: str, granularity: int) -> Counter[tuple[object, ...]]:
    """Return the transfers of each bucket and key."""
    return Counter({key: one.transfers for key, one in sums(connection, dimension, granularity)})


def sums(
    connection: Connection, dimension: str, granularity: int
) -> list[tuple[tuple[object, ...], Sum]]:
    table = ROLLUPS[dimension]
    query = select(table.c.bucket, *key_columns(table), *(table.c[name] for name in Sum._fields))
    rows = connection.execute(query.where(table.c.granularity == granularity)).all()
    return [(tuple(row[: -len(Sum._fields)]), Sum(*row[-len(Sum._fields) :])) for row in rows]


def words(entry: Entry, dimension: str) -> set[tuple[str, ...]]:
    verdict, detections, unscanned = entry
    match dimension:
        case "detection":
            return {(one.code, one.name) for one in detections}
        case "code":
            return {(one.code,) for one in detections}
        case "name":
            return {(one.name,) for one in detections}
        case "unscanned":
            return {(one.reason,) for one in unscanned}
        case "type":
            return {(verdict.true_type,)}
    return {(getattr(verdict, dimension),)}


groups = st.lists(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(CLOCKS)), max_size=6), max_size=5
)


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(groups=groups)
def test_rollups_are_counts_of_the_verdicts(
    url: str,
    make_entry: MakeEntry,
    to_sum: Callable[[Entry], Sum],
    groups: list[list[tuple[int, datetime]]],
) -> None:
    """In groups of any kind, with clocks that jump by minutes and by millennia."""
    writer = Writer(url)
    with writer.connection().begin():
        for table in (VERDICT, *ROLLUPS.values()):
            writer.connection().execute(table.delete())
    kept: dict[bytes, Entry] = {}
    for group in groups:
        for one in writer.write([make_entry(n, received_at=moment) for n, moment in group]):
            kept[one.verdict.id] = one
    for dimension in ROLLUPS:
        for granularity in Granularity:
            expected: dict[tuple[object, ...], Sum] = {}
            for one in kept.values():
                for key in words(one, dimension):
                    add(expected, (floor(granularity, one.verdict.time), *key), to_sum(one))
            with writer.connection().begin():
                assert dict(sums(writer.connection(), dimension, granularity)) == expected
    writer.close()


def test_each_dimension_adds_up_to_all_transfers(url: str, make_entry: MakeEntry) -> None:
    """Those of no user, and of no type, are counted under the empty word."""
    writer = Writer(url)
    writer.write([make_entry(n) for n in range(60)])
    with writer.connection().begin():
        for dimension in SINGLE:
            table = ROLLUPS[dimension]
            query = select(func.sum(table.c.transfers), func.sum(table.c.bytes))
            for granularity in Granularity:
                total = writer.connection().execute(
                    query.where(table.c.granularity == int(granularity))
                )
                assert tuple(total.one()) == (60, sum(n * 1000 for n in range(60)))
        user = stored(writer.connection(), "user", Granularity.MONTH)
        assert user[microseconds(datetime(2026, 1, 1, tzinfo=UTC)), ""] == 1  # of the 60, number 0
    writer.close()


def test_keys_beyond_the_bound_are_counted_as_other(
    url: str, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The frequent ones stay, however late they came; a bucket never has more than the bound."""
    monkeypatch.setattr(folding, "KEYS_A_BUCKET", 2)
    monkeypatch.setattr(rollups, "MOST_KEYS", 3)
    writer = Writer(url)
    count = iter(range(1000))
    for group in ("a", "b", "c", "d", "late", "late", "e", "late", "f", "late", "b"):
        writer.write([make_entry(next(count), user=group, received_at=EPOCH)])
        writer.close()  # by a writer that finds the bucket as it is, too
    with writer.connection().begin():
        for granularity in Granularity:
            kept = stored(writer.connection(), "user", granularity)
            assert sum(kept.values()) == 11
            start = floor(granularity, 0)
            assert len(kept.keys() - {(start, "other")}) <= 3
            assert kept[start, "late"] == 4
    writer.close()


def test_a_group_with_many_new_keys_leaves_no_more_than_the_bound(
    url: str, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "KEYS_A_BUCKET", 2)
    monkeypatch.setattr(rollups, "MOST_KEYS", 3)
    writer = Writer(url)
    entries = [make_entry(n, channel=f"c{n}", received_at=EPOCH) for n in range(20)]
    rest = [one._replace(detections=()) for one in entries[1:]]
    found = [Found("signature.yara", "yara", f"Worm_{n}", "malicious", "[]", "") for n in range(20)]
    writer.write([entries[0]._replace(detections=tuple(found)), *rest])
    with writer.connection().begin():
        for dimension, other in (("channel", ("other",)), ("detection", ("other", "other"))):
            kept = stored(writer.connection(), dimension, Granularity.DAY)
            assert len(kept) == 3
            assert kept[0, *other] == 18
    writer.close()


def test_buckets_are_read_again_after_what_was_undone(
    url: str, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "KEYS_A_BUCKET", 1)
    monkeypatch.setattr(rollups, "MOST_KEYS", 3)
    writer = Writer(url)
    entries = [make_entry(n, user=f"u{n}", received_at=EPOCH) for n in range(8)]
    writer.write(entries[:3])
    fail = Mock(side_effect=RuntimeError)
    with monkeypatch.context() as patch:
        patch.setattr("verdicts.ledger.store.add_verdict_events", fail)
        with pytest.raises(RuntimeError):
            writer.write(entries[3:7])  # folds
    writer.write(entries[3:4])
    with writer.connection().begin():
        kept = stored(writer.connection(), "user", Granularity.HOUR)
    assert sum(kept.values()) == 4
    assert len(kept) == 2  # one, and the others
    writer.close()


def test_forgotten_buckets_are_read_again(
    url: str, make_entry: MakeEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "BUCKETS_REMEMBERED", 1)
    writer = Writer(url)
    writer.write([make_entry(n) for n in range(10)])
    with writer.connection().begin():
        kept = stored(writer.connection(), "channel", Granularity.MONTH)
    assert sum(kept.values()) == 10
    writer.close()
