"""What each rule has found, and how often people said that it was wrong.

Counted by the name under which a rule stands in the log; beyond a thousand names in a bucket the
roll-ups count as "other", and such hits are no rule's.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Text, and_, column, distinct, func, select, values

from scanners.model import Code
from verdicts.ledger.schema import DETECTION, FEEDBACK, ROLLUPS
from verdicts.ledger.stats.buckets import WIDTHS, Granularity, floor
from verdicts.ledger.stats.counts import count_by, widened
from verdicts.record import id_text, rfc3339

UNOFFICIAL = ".UNOFFICIAL"
"""ClamAV puts it behind the name of a signature that is not from its own databases."""
RULE_CODES = (Code.SIGNATURE_YARA.value, Code.SIGNATURE_CLAMAV.value, Code.HASH_BLOCKED.value)


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Of one rule, since <= time < until."""

    hits: int = 0
    """Transfers in which it was found."""
    false_positives: int = 0
    """Those of them that somebody called harmless."""
    last_hit: int | None = None
    """Microseconds since 1970 UTC, whether in the range or not; None if the log has none."""

    @property
    def false_positive_rate(self) -> float | None:
        """From 0 to 1; None without hits."""
        return min(1.0, self.false_positives / self.hits) if self.hits else None

    def row(self, most: float) -> dict[str, object]:
        """Return the count as it is shown; a rule is flagged above the rate `most`."""
        rate = self.false_positive_rate
        return {
            "hits": self.hits,
            "last_hit": None if self.last_hit is None else rfc3339(self.last_hit),
            "false_positives": self.false_positives,
            "false_positive_rate": rate,
            "flagged": rate is not None and rate > most,
        }


@dataclass(frozen=True, slots=True)
class Hit:
    verdict: str
    time: int


def rule_counts(
    connection: Connection, names: Collection[str], since: int, until: int
) -> dict[str, RuleCount]:
    """Return the count of each rule, since <= time < until; those never seen included."""
    hits = _hits(connection, since, until)
    wrong = _false_positives(connection, since, until)
    last = _last_hits(connection, names)
    return {name: RuleCount(hits[name], wrong[name], last.get(name)) for name in names}


def rule_days(connection: Connection, name: str, until: int, days: int) -> list[tuple[int, int]]:
    """Return (start of the day, transfers) for the `days` UTC days up to that of `until`, in order.

    Days without a hit are absent.
    """
    table = ROLLUPS["detection"]
    last = floor(Granularity.DAY, until)
    query = (
        select(table.c.bucket, func.sum(table.c.transfers))
        .where(
            table.c.granularity == int(Granularity.DAY),
            table.c.bucket > last - days * WIDTHS[Granularity.DAY],
            table.c.bucket <= last,
            table.c.code.in_(RULE_CODES),
            table.c.name.in_(logged_names(name)),
        )
        .group_by(table.c.bucket)
        .order_by(table.c.bucket)
    )
    return [(int(day), int(count)) for day, count in connection.execute(query)]


def recent_hits(connection: Connection, name: str, limit: int) -> list[Hit]:
    """Return the newest transfers in which a rule was found, newest first."""
    found: set[tuple[int, bytes]] = set()
    for logged in logged_names(name):  # one by one: each is read from the end of an index
        query = select(DETECTION.c.time, DETECTION.c.verdict).where(DETECTION.c.name == logged)
        query = query.distinct().order_by(DETECTION.c.time.desc()).limit(limit)
        found.update((time, bytes(verdict)) for time, verdict in connection.execute(query))
    return [Hit(id_text(key), time) for time, key in sorted(found, reverse=True)[:limit]]


def logged_names(name: str) -> tuple[str, ...]:
    """Return the names under which detections of a rule are in the log."""
    return (name, name + UNOFFICIAL)


def _hits(connection: Connection, since: int, until: int) -> Counter[str]:
    hits: Counter[str] = Counter()
    for (code, name), one in count_by(
        connection, "detection", *widened(connection, since, until)
    ).items():
        if code in RULE_CODES:
            hits[name.removesuffix(UNOFFICIAL)] += one.transfers
    return hits


def _false_positives(connection: Connection, since: int, until: int) -> Counter[str]:
    """Read the feedback of the time and look up what was found there: an outer join keeps to that
    order, where a plan without statistics would read every detection of the time."""
    found = and_(
        DETECTION.c.verdict == FEEDBACK.c.verdict,
        DETECTION.c.time >= since,
        DETECTION.c.time < until,
        DETECTION.c.code.in_(RULE_CODES),
    )
    query = (
        select(DETECTION.c.name, func.count(distinct(FEEDBACK.c.verdict)))
        .select_from(FEEDBACK.outerjoin(DETECTION, found))
        .where(FEEDBACK.c.kind == "false_positive", FEEDBACK.c.time >= since)
        .group_by(DETECTION.c.name)
    )
    wrong: Counter[str] = Counter()
    for name, count in connection.execute(query):
        if name is None:  # feedback on what no rule found
            continue
        wrong[name.removesuffix(UNOFFICIAL)] += int(count)
    return wrong


def _last_hits(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """Look up the end of the index for each name: a maximum by group would read all detections."""
    if not names:
        return {}
    rows = [(logged,) for name in names for logged in logged_names(name)]
    asked = values(column("name", Text), name="asked").data(rows).cte("asked")
    newest = (
        select(func.max(DETECTION.c.time)).where(DETECTION.c.name == asked.c.name).scalar_subquery()
    )
    last: dict[str, int] = {}
    for name, time in connection.execute(select(asked.c.name, newest)):
        if time is not None:
            own = name.removesuffix(UNOFFICIAL)
            last[own] = max(last.get(own, 0), int(time))
    return last
