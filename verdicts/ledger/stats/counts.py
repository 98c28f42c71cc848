"""Exact counts of any range of time: from roll-ups, and at its edges from the verdicts."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from sqlalchemy import ColumnElement, Connection, Label, bindparam, exists, select

from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.ledger.stats.buckets import Granularity, ceiling, cover, floor
from verdicts.ledger.stats.spans import sums
from verdicts.ledger.stats.sums import Key, Rows, Sum, add, counted_once, read, summed

Counts = dict[Key, Sum]
WORDS = {
    "action": VERDICT.c.action,
    "level": VERDICT.c.level,
    "channel": VERDICT.c.channel,
    "direction": VERDICT.c.direction,
    "type": VERDICT.c.true_type,
    "client_ip": VERDICT.c.client_ip,
    "user": VERDICT.c.user,
}
"""Dimensions in which every transfer counts once."""
FINDS = {
    "detection": (DETECTION.c.code, DETECTION.c.name),
    "unscanned": (UNSCANNED.c.reason,),
    "code": (DETECTION.c.code,),
    "name": (DETECTION.c.name,),
}
"""Dimensions in which a transfer counts once for each key that was found in it."""


def count_by(connection: Connection, dimension: str, since: int, until: int) -> Counts:
    """Count since <= time < until by the keys of a roll-up."""
    return count_all(connection, (dimension,), since, until)[dimension]


def count_all(
    connection: Connection, dimensions: Collection[str], since: int, until: int
) -> dict[str, Counts]:
    """Count since <= time < until by each of the dimensions; the edges are read once for all.

    Here as below: a range that was `widened` may have no edges.
    """
    parts = cover(since, until)
    counts = {dimension: sums(connection, dimension, parts.spans) for dimension in dimensions}
    for edge in parts.edges:
        for dimension, keys in count_edge(connection, dimensions, edge).items():
            for key, one in keys.items():
                add(counts[dimension], key, one)
    return counts


def widened(connection: Connection, since: int, until: int) -> tuple[int, int]:
    """Return a range with the same verdicts in it, of whole minutes where one is as good.

    So a range that ends now reads no verdict: nothing is in the rest of this minute.
    """
    first, last = floor(Granularity.MINUTE, since), ceiling(Granularity.MINUTE, until)
    values = {"first": first, "since": since, "until": until, "last": last}
    before, behind = connection.execute(_BESIDE, values).one()
    return since if before else first, until if behind else last


def _between(column: ColumnElement[int], first: str, behind: str) -> ColumnElement[bool]:
    return (column >= bindparam(first)) & (column < bindparam(behind))


_BESIDE = select(
    exists().where(_between(VERDICT.c.time, "first", "since")),
    exists().where(_between(VERDICT.c.time, "until", "last")),
)


def count_edge(
    connection: Connection, dimensions: Iterable[str], edge: tuple[int, int]
) -> dict[str, Counts]:
    """Count since <= time < until by each of the dimensions from the verdicts, a minute at most."""
    counts: dict[str, Counts] = {dimension: {} for dimension in dimensions}
    values = dict(zip(("since", "until"), edge))
    words = tuple(dimension for dimension in counts if dimension in WORDS)
    if words:
        for alike, one in read(connection, _edge_words(words), values):
            for dimension, word in zip(words, alike):
                add(counts[dimension], (word,), one)
    for dimension in counts.keys() - WORDS.keys():
        counts[dimension] = dict(read(connection, _edge_finds(dimension), values))
    return counts


@cache
def _edge_words(dimensions: Sequence[str]) -> Rows:
    keys = [WORDS[dimension] for dimension in dimensions]
    query = select(*keys, *map(summed, _once()))
    return query.where(_between(VERDICT.c.time, "since", "until")).group_by(*keys)


@cache
def _edge_finds(dimension: str) -> Rows:
    """Count each transfer once for a key, however often it was found in it."""
    keys = FINDS[dimension]
    table = keys[0].table
    found = (
        select(VERDICT.c.id, *keys, *_once())
        .join(table, table.c.verdict == VERDICT.c.id)
        .where(_between(table.c.time, "since", "until"))
        .distinct()
        .subquery()
    )
    words = [found.c[key.name] for key in keys]
    return select(*words, *(summed(found.c[name]) for name in Sum._fields)).group_by(*words)


def _once() -> list[Label[int]]:
    """Return what one verdict adds to each field; what was missed in the time is looked up once."""
    missed = select(UNSCANNED.c.verdict).where(_between(UNSCANNED.c.time, "since", "until"))
    return counted_once(VERDICT, VERDICT.c.id.in_(missed))
