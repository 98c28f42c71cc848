"""Exact counts of any range of time: from roll-ups, and at its edges from the verdicts."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, Subquery, exists, select

from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.ledger.stats.buckets import Granularity, ceiling, cover, floor
from verdicts.ledger.stats.sums import (
    OTHER,
    Key,
    Rows,
    Sum,
    add,
    added,
    counted_once,
    read,
    rows_of,
    summed,
    sums,
)

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
    connection: Connection, dimensions: Iterable[str], since: int, until: int
) -> dict[str, Counts]:
    """Count since <= time < until by each of the dimensions; the edges are read once for all.

    Here as below: a range that was `widened` may have no edges.
    """
    parts = cover(since, until)
    counts = {dimension: sums(connection, dimension, parts.spans) for dimension in dimensions}
    words = [dimension for dimension in counts if dimension in WORDS]
    for edge in parts.edges:
        if words:
            for alike, one in read(connection, _edge_words(words, edge)):
                for dimension, word in zip(words, alike):
                    add(counts[dimension], (word,), one)
        for dimension in counts.keys() - WORDS.keys():
            for key, one in read(connection, _edge_finds(dimension, edge)):
                add(counts[dimension], key, one)
    return counts


def most_frequent(
    connection: Connection, dimension: str, since: int, until: int, limit: int, *, of: str
) -> list[tuple[str, Sum]]:
    """Return the keys with most of one field, since <= time < until, most first.

    Of a dimension with one column of keys.  OTHER is none, nor is a key that has nothing of it.
    """
    counted = _counted(connection, dimension, since, until)
    if counted is None:
        return []
    query = _ranked(select(counted), counted, of).limit(limit)
    return [(word, one) for (word,), one in read(connection, query)]


def frequent_keys(
    connection: Connection, dimension: str, since: int, until: int, limit: int, *, of: str
) -> list[str]:
    """Return these keys alone, which takes half as long."""
    counted = _counted(connection, dimension, since, until, [of, "bytes"])
    if counted is None:
        return []
    return list(connection.scalars(_ranked(select(counted.c[0]), counted, of).limit(limit)))


def count_keys(
    connection: Connection,
    dimension: str,
    since: int,
    until: int,
    keys: Collection[str],
    *,
    of: str,
) -> dict[str, int]:
    """Return one field of some of the keys, since <= time < until, where there is any."""
    counted = _counted(connection, dimension, since, until, [of])
    if counted is None:
        return {}
    key, number = counted.c
    rows = connection.execute(select(key, number).where(key.in_(keys), number > 0))
    return {word: one for word, one in rows}  # noqa: C416 - rows are no pairs for mypy


def _ranked(query: Rows, counted: Subquery, of: str) -> Rows:
    key = counted.c[0]
    ranking = [counted.c[of].desc(), counted.c.bytes.desc(), key]
    return query.where(key != OTHER, counted.c[of] > 0).order_by(*ranking)


def widened(connection: Connection, since: int, until: int) -> tuple[int, int]:
    """Return a range with the same verdicts in it, of whole minutes where one is as good.

    So a range that ends now reads no verdict: nothing is in the rest of this minute.
    """
    first, last = floor(Granularity.MINUTE, since), ceiling(Granularity.MINUTE, until)
    return (
        since if _has_transfers(connection, first, since) else first,
        until if _has_transfers(connection, until, last) else last,
    )


def _counted(
    connection: Connection,
    dimension: str,
    since: int,
    until: int,
    fields: Sequence[str] = Sum._fields,
) -> Subquery | None:
    """Return what counts since <= time < until by key; None if that is no time at all."""
    fields = [name for name in Sum._fields if name in fields]
    parts = cover(since, until)
    rows = [rows_of(connection, dimension, parts.spans, fields)] if parts.spans else []
    rows += (
        _edge_words([dimension], edge, fields)
        if dimension in WORDS
        else _edge_finds(dimension, edge, fields)
        for edge in parts.edges
    )
    return added(rows).subquery() if rows else None


def _has_transfers(connection: Connection, start: int, end: int) -> bool:
    if start >= end:
        return False
    within = exists().where(VERDICT.c.time >= start, VERDICT.c.time < end)
    return bool(connection.scalar(select(within)))


def _edge_words(
    dimensions: Sequence[str], edge: tuple[int, int], fields: Sequence[str] = Sum._fields
) -> Rows:
    keys = [WORDS[dimension] for dimension in dimensions]
    counted = [one for one in counted_once(VERDICT, UNSCANNED) if one.name in fields]
    query = select(*keys, *map(summed, counted))
    return query.where(VERDICT.c.time >= edge[0], VERDICT.c.time < edge[1]).group_by(*keys)


def _edge_finds(dimension: str, edge: tuple[int, int], fields: Sequence[str] = Sum._fields) -> Rows:
    """Count each transfer once for a key, however often it was found in it."""
    keys = FINDS[dimension]
    table = keys[0].table
    found = (
        select(VERDICT.c.id, *keys, *counted_once(VERDICT, UNSCANNED))
        .join(table, table.c.verdict == VERDICT.c.id)
        .where(table.c.time >= edge[0], table.c.time < edge[1])
        .distinct()
        .subquery()
    )
    words = [found.c[key.name] for key in keys]
    return select(*words, *(summed(found.c[name]) for name in fields)).group_by(*words)
