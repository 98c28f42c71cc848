"""Looking back: what passed before a rule set became active and would be blocked by it now.

Contents are matched by hash in the verdict log, and kept samples are scanned again by the fronts;
each transfer that let such a content pass becomes a `retroactive` event.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import structlog

from scanners.blocked_hashes import MAX_HASHES, BlockedHash, blocked_hashes
from scanners.hash_lists import utc_day
from scanners.model import DetectionLevel, Reason
from verdicts.kept import KeptSamples, Sample
from verdicts.ledger.event_log.events import events_about
from verdicts.ledger.event_log.new_events import NewEvent
from verdicts.ledger.reading.lookback import Passed, allowed_contents
from verdicts.ledger.reading.queries import Reader
from verdicts.model import Action, utc_now
from verdicts.record import microseconds, rfc3339
from verdicts.scan_socket import ScanRefused, ScanRequest

log = structlog.get_logger()

KIND = "retroactive"
MOST_ROWS = 10_000
"""Transfers that one look tells of."""
EVENTS_AT_ONCE = 100
TEXT, NAMES = 256, 10
"""Characters of a text, and names of detections, in an event."""
PASSING = frozenset({Reason.TIMED_OUT, Reason.ENGINE_DOWN, Reason.CRASHED})
"""Gaps that say nothing of the file."""
AddEvents = Callable[[Sequence[NewEvent]], None]
Submit = Callable[[int, ScanRequest], dict[str, object]]
Progress = Callable[[str, int], None]
"""Called with what is being done ("hashes", "samples") and how many are done."""


class Superseded(Exception):
    """Another rule set has become active meanwhile: it looks back by itself."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one look back came to."""

    found: int
    """Events that are new."""
    truncated: bool
    """There was more than MOST_ROWS."""


@dataclass(frozen=True, slots=True)
class LookBack:
    """One look back; everything it calls may block, and is called in a thread."""

    rules: Path
    """Folder of the set that has become active."""
    ruleset: str
    reader: Reader
    add_events: AddEvents
    submit: Submit
    """Has a front scan a file; its row is what the API shows of a verdict."""
    kept: KeptSamples | None
    since: int
    """Microseconds since 1970 UTC: transfers before are left alone."""
    done: set[str] = field(default_factory=set)
    """Samples (SHA-256) that need no further scan: an attempt that failed later did them."""

    async def run(self, progress: Progress = lambda _what, _count: None) -> Outcome:
        """Tell of each transfer that was not told of for this rule set, at most MOST_ROWS.

        Raises Superseded, and what the reader, `add_events` and `submit` raise; what was found
        until then is stored, and another attempt goes on from there.
        """
        known = await asyncio.to_thread(blocked_hashes, self.rules, utc_day())
        told = await asyncio.to_thread(self._told)
        left = MOST_ROWS + 1  # nothing is told of the last one, but that there is more
        left -= await asyncio.to_thread(self._look_up, known, told, left)
        progress("hashes", len(known))
        if len(known) >= MAX_HASHES:
            log.warning("lookback.too_many_hashes", ruleset=self.ruleset, looked_for=len(known))
        samples = await asyncio.to_thread(list, self.kept.samples() if self.kept else ())
        for number, sample in enumerate(samples, 1):
            if not left:
                break
            if sample.sha256 not in self.done:
                left -= await asyncio.to_thread(self._scan_again, sample, told, left)
                self.done.add(sample.sha256)
            progress("samples", number)
        if not left:
            log.warning("lookback.too_much", ruleset=self.ruleset, most=MOST_ROWS)
        return Outcome(min(MOST_ROWS, MOST_ROWS + 1 - left), truncated=not left)

    def _told(self) -> set[str]:
        with self.reader.connect() as connection:
            return events_about(connection, self.ruleset, KIND)

    def _look_up(self, known: dict[str, BlockedHash], told: set[str], left: int) -> int:
        """Return how many transfers, up to `left`, let pass what the lists name now."""
        with self.reader.connect() as connection:
            rows = allowed_contents(connection, known, self.since, left, told)
            passed = [one for one in rows if known[one.sha256].size in (None, one.size)]
        events = [self._event(one, _by_list(known[one.sha256])) for one in passed]
        return self._tell(events, told, left)

    def _scan_again(self, sample: Sample, told: set[str], left: int) -> int:
        """Return how many transfers, up to `left`, let this sample pass, if it is blocked now."""
        with self.reader.connect() as connection:
            passed = list(allowed_contents(connection, [sample.sha256], self.since, left, told))
        if not passed:  # forgotten, erased, or all is told
            return 0
        try:
            with sample.body.open("rb") as body:
                row = self.submit(body.fileno(), _question(sample, passed[0]))
        except (FileNotFoundError, ScanRefused) as error:  # made room for another meanwhile
            log.info("lookback.not_scanned", sha256=sample.sha256, reason=str(error))
            return 0
        if row["ruleset"] != self.ruleset:
            raise Superseded(f"{row['ruleset']} is active by now")
        if row["sha256"] != sample.sha256 or _is_uncertain(row):
            log.warning("lookback.not_scanned", sha256=sample.sha256, reason="no certain verdict")
            return 0
        if row["wanted"] == Action.ALLOW.value:
            return 0
        return self._tell([self._event(one, _by_scan(row)) for one in passed], told, left)

    def _tell(self, events: Sequence[NewEvent], told: set[str], left: int) -> int:
        new = events[: left - 1]
        for start in range(0, len(new), EVENTS_AT_ONCE):
            self.add_events(new[start : start + EVENTS_AT_ONCE])
        told.update(event.verdict for event in new)
        return len(events)

    def _event(self, passed: Passed, why: dict[str, object]) -> NewEvent:
        data: dict[str, object] = {
            "action": Action.ALLOW.value,
            **why,
            "sha256": passed.sha256,
            "time": rfc3339(passed.time),
            "file_name": passed.file_name[:TEXT],
            "direction": passed.direction,
            "channel": passed.channel,
            "user": passed.user,
            "client_ip": passed.client_ip,
        }
        now = microseconds(utc_now())
        return NewEvent(now, KIND, self.ruleset, passed.verdict, data)


def _by_list(blocked: BlockedHash) -> dict[str, object]:
    return {
        "would": Action.BLOCK.value,
        "by": "hash",
        "names": [blocked.name],
        "reason": blocked.reason,
    }


def _by_scan(row: dict[str, object]) -> dict[str, object]:
    found = cast("Iterable[dict[str, str]]", row["detections"])
    weighing = [one["name"] for one in found if one["level"] != DetectionLevel.INFO.value]
    return {
        "would": row["wanted"],
        "by": "scan",
        "clause": row["clause"],
        "names": [name[:TEXT] for name in dict.fromkeys(weighing)][:NAMES],
    }


def _is_uncertain(row: dict[str, object]) -> bool:
    gaps = cast("Iterable[dict[str, str]]", row["unscanned"])
    return any(gap["reason"] in PASSING for gap in gaps)


def _question(sample: Sample, passed: Passed) -> ScanRequest:
    """Return how the sample came at last, for all that policy and scanners look at."""
    return ScanRequest(
        passed.file_name,
        passed.declared_type,
        url=passed.url,
        user=passed.user,
        client_ip=passed.client_ip,
        host=_host(passed.url),
        channel=passed.channel,
        direction=passed.direction,
        parameters=sample.parameters,
        codings=sample.codings,
        recorded=False,
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
