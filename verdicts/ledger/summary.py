"""The summary of a range of time: from roll-ups, and at the edges from the verdicts themselves."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, func, select

from verdicts.ledger.rollups import Key, Sum, add, cover, sums
from verdicts.ledger.schema import DETECTION, UNSCANNED, VERDICT

TOP_DETECTIONS = 10


@dataclass(frozen=True, slots=True)
class DetectionCount:
    name: str
    code: str
    count: int
    """Transfers in which it was found."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of transfers, since <= time < until; keys that did not occur are absent."""

    transfers: int
    bytes: int
    by_action: dict[str, int]
    by_level: dict[str, int]
    by_channel: dict[str, int]
    bytes_by_channel: dict[str, int]
    by_direction: dict[str, int]
    top_detections: tuple[DetectionCount, ...]
    """Most frequent first."""
    unscanned: dict[str, int]
    """By reason."""


def summarise(connection: Connection, since: int, until: int) -> Summary:
    """Count since <= time < until, in microseconds since 1970 UTC, exactly."""
    action = count_by(connection, "action", since, until)
    channel = count_by(connection, "channel", since, until)
    return Summary(
        transfers=sum(one.transfers for one in action.values()),
        bytes=sum(one.bytes for one in action.values()),
        by_action=_transfers(action),
        by_level=_transfers(count_by(connection, "level", since, until)),
        by_channel=_transfers(channel),
        bytes_by_channel={key[0]: one.bytes for key, one in sorted(channel.items())},
        by_direction=_transfers(count_by(connection, "direction", since, until)),
        top_detections=_top(count_by(connection, "detection", since, until)),
        unscanned=_transfers(count_by(connection, "unscanned", since, until)),
    )


def count_by(connection: Connection, dimension: str, since: int, until: int) -> dict[Key, Sum]:
    """Count since <= time < until by the keys of a roll-up, exactly."""
    parts = cover(since, until)
    total = sums(connection, dimension, parts.spans)
    for start, end in parts.edges:
        for key, one in _edge(connection, dimension, start, end).items():
            add(total, key, one.transfers, one.bytes)
    return total


def _edge(connection: Connection, dimension: str, start: int, end: int) -> dict[Key, Sum]:
    """Count less than a minute, start <= time < end."""
    match dimension:
        case "detection":
            return _edge_found(connection, start, end, DETECTION.c.code, DETECTION.c.name)
        case "unscanned":
            return _edge_found(connection, start, end, UNSCANNED.c.reason)
    key = VERDICT.c[dimension]
    query = (
        select(key, func.count(), func.sum(VERDICT.c.size))
        .where(VERDICT.c.time >= start, VERDICT.c.time < end)
        .group_by(key)
    )
    return {(word,): Sum(int(count), int(size)) for word, count, size in connection.execute(query)}


def _edge_found(connection: Connection, start: int, end: int, *keys: Column[str]) -> dict[Key, Sum]:
    """Count each transfer once for a key, however often it was found in it."""
    table = keys[0].table
    found = (  # by way of the verdicts: what was found in them has no index by time alone
        select(VERDICT.c.id, VERDICT.c.size, *keys)
        .join(table, table.c.verdict == VERDICT.c.id)
        .where(VERDICT.c.time >= start, VERDICT.c.time < end)
        .distinct()
        .subquery()
    )
    words = [found.c[key.name] for key in keys]
    query = select(*words, func.count(), func.sum(found.c.size)).group_by(*words)
    return {
        tuple(key): Sum(int(count), int(size)) for *key, count, size in connection.execute(query)
    }


def _transfers(counts: dict[Key, Sum]) -> dict[str, int]:
    return {key[0]: one.transfers for key, one in sorted(counts.items())}


def _top(counts: dict[Key, Sum]) -> tuple[DetectionCount, ...]:
    order = sorted(counts.items(), key=lambda item: (-item[1].transfers, item[0]))
    return tuple(
        DetectionCount(name, code, one.transfers) for (code, name), one in order[:TOP_DETECTIONS]
    )
