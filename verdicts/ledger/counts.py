"""Exact counts of any range of time: from roll-ups, and at its edges from the verdicts."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Connection, Executable, exists, func, select

from verdicts.ledger.buckets import Cover, Granularity, Span, after, cover, floor
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT
from verdicts.ledger.sums import Key, Sum, add, sums

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
    for start, end in parts.edges:
        if words:
            for row in connection.execute(_edge_words(words, start, end)):
                *keys, transfers, size = row
                for dimension, word in zip(words, keys):
                    add(counts[dimension], (word,), int(transfers), int(size))
        for dimension in counts.keys() - WORDS.keys():
            for row in connection.execute(_edge_finds(FINDS[dimension], start, end)):
                *key, transfers, size = row
                add(counts[dimension], tuple(key), int(transfers), int(size))
    return counts


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


def _edge_words(words: Sequence[str], start: int, end: int) -> Executable:
    keys = [WORDS[word] for word in words]
    query = select(*keys, func.count(), func.sum(VERDICT.c.size))
    return query.where(VERDICT.c.time >= start, VERDICT.c.time < end).group_by(*keys)


def _edge_finds(keys: Sequence[Column[str]], start: int, end: int) -> Executable:
    """Count each transfer once for a key, however often it was found in it."""
    table = keys[0].table
    found = (
        select(VERDICT.c.id, VERDICT.c.size, *keys)
        .join(table, table.c.verdict == VERDICT.c.id)
        .where(table.c.time >= start, table.c.time < end)
        .distinct()
        .subquery()
    )
    words = [found.c[key.name] for key in keys]
    return select(*words, func.count(), func.sum(found.c.size)).group_by(*words)
