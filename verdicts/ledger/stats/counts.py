"""Exact counts of any range of time: from roll-ups, and at its edges from the verdicts."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, Subquery, exists, func, select

from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.ledger.stats.buckets import Cover, Granularity, Span, after, cover, floor
from verdicts.ledger.stats.sums import OTHER, Key, Rows, Sum, add, added, read, rows_of, sums

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
    """Count since <= time < until by each of the dimensions; the edges are read once for all."""
    parts = _widened(connection, cover(since, until))
    counts = {dimension: sums(connection, dimension, parts.spans) for dimension in dimensions}
    words = [dimension for dimension in counts if dimension in WORDS]
    for edge in parts.edges:
        if words:
            for alike, one in read(connection, _edge_words(words, edge)):
                for dimension, word in zip(words, alike):
                    add(counts[dimension], (word,), *one)
        for dimension in counts.keys() - WORDS.keys():
            for key, one in read(connection, _edge_finds(dimension, edge)):
                add(counts[dimension], key, *one)
    return counts


def most_frequent(
    connection: Connection, dimension: str, since: int, until: int, limit: int
) -> list[tuple[str, Sum]]:
    """Return the keys with most transfers, since <= time < until, most first; OTHER is none.

    Of a dimension with one column of keys.
    """
    counted = _counted(connection, dimension, since, until)
    if counted is None:
        return []
    key, transfers, size = counted.c
    query = select(key, transfers, size).where(key != OTHER)
    query = query.order_by(transfers.desc(), size.desc(), key).limit(limit)
    return [(word, one) for (word,), one in read(connection, query)]


def count_keys(
    connection: Connection, dimension: str, since: int, until: int, keys: Collection[str]
) -> dict[str, Sum]:
    """Count since <= time < until by some of the keys, of a dimension with one column of them."""
    counted = _counted(connection, dimension, since, until)
    if counted is None:
        return {}
    key, transfers, size = counted.c
    query = select(key, transfers, size).where(key.in_(keys))
    return {word: one for (word,), one in read(connection, query)}


def _counted(connection: Connection, dimension: str, since: int, until: int) -> Subquery | None:
    """Return what counts since <= time < until by key; None if that is no time at all."""
    parts = _widened(connection, cover(since, until))
    rows = [rows_of(dimension, span) for span in parts.spans]
    rows += (
        _edge_words([dimension], edge) if dimension in WORDS else _edge_finds(dimension, edge)
        for edge in parts.edges
    )
    return added(rows).subquery() if rows else None


def _widened(connection: Connection, parts: Cover) -> Cover:
    """Take a minute whole if nothing is in the rest of it, as when a range ends now."""
    spans, edges = list(parts.spans), []
    for start, end in parts.edges:
        minute = floor(Granularity.MINUTE, start)
        whole = Span(Granularity.MINUTE, minute, after(Granularity.MINUTE, minute))
        rest = (minute, start), (end, whole.end)
        if any(_has_transfers(connection, *part) for part in rest):
            edges.append((start, end))
        else:
            spans.append(whole)
    return Cover(tuple(spans), tuple(edges))


def _has_transfers(connection: Connection, start: int, end: int) -> bool:
    within = exists().where(VERDICT.c.time >= start, VERDICT.c.time < end)
    return start < end and bool(connection.scalar(select(within)))


def _edge_words(dimensions: Sequence[str], edge: tuple[int, int]) -> Rows:
    keys = [WORDS[dimension] for dimension in dimensions]
    query = select(*keys, func.count(), func.sum(VERDICT.c.size))
    return query.where(VERDICT.c.time >= edge[0], VERDICT.c.time < edge[1]).group_by(*keys)


def _edge_finds(dimension: str, edge: tuple[int, int]) -> Rows:
    """Count each transfer once for a key, however often it was found in it."""
    keys = FINDS[dimension]
    table = keys[0].table
    found = (
        select(VERDICT.c.id, VERDICT.c.size, *keys)
        .join(table, table.c.verdict == VERDICT.c.id)
        .where(table.c.time >= edge[0], table.c.time < edge[1])
        .distinct()
        .subquery()
    )
    words = [found.c[key.name] for key in keys]
    return select(*words, func.count(), func.sum(found.c.size)).group_by(*words)
