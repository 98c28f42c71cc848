"""The summary of a range of time."""

from dataclasses import dataclass

from sqlalchemy import Connection

from verdicts.ledger.stats.counts import Counts, count_all, widened

DIMENSIONS = ("action", "level", "channel", "direction", "detection", "unscanned")
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
    incomplete: int
    """Transfers of which some part was not inspected."""


def summarise(connection: Connection, since: int, until: int) -> Summary:
    """Count since <= time < until, in microseconds since 1970 UTC, exactly."""
    counts = count_all(connection, DIMENSIONS, *widened(connection, since, until))
    action, channel = counts["action"], counts["channel"]
    return Summary(
        transfers=sum(one.transfers for one in action.values()),
        bytes=sum(one.bytes for one in action.values()),
        by_action=_transfers(action),
        by_level=_transfers(counts["level"]),
        by_channel=_transfers(channel),
        bytes_by_channel={key[0]: one.bytes for key, one in sorted(channel.items())},
        by_direction=_transfers(counts["direction"]),
        top_detections=_top(counts["detection"]),
        unscanned=_transfers(counts["unscanned"]),
        incomplete=sum(one.unscanned for one in action.values()),
    )


def _transfers(counts: Counts) -> dict[str, int]:
    return {key[0]: one.transfers for key, one in sorted(counts.items())}


def _top(counts: Counts) -> tuple[DetectionCount, ...]:
    order = sorted(counts.items(), key=lambda item: (-item[1].transfers, item[0]))
    return tuple(
        DetectionCount(name, code, one.transfers) for (code, name), one in order[:TOP_DETECTIONS]
    )
