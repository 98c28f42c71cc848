"""What the ledger does when nobody waits: it forgets what is beyond its age, and people earlier."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from sqlalchemy import Connection

from verdicts.ledger.age.aging import (
    COUNTED_BY,
    age_counts,
    age_entry,
    age_events,
    age_verdicts,
)
from verdicts.ledger.age.keeping_settings import PrivacySettings, RetentionSettings
from verdicts.ledger.age.pseudonyms import Pseudonyms, Trace
from verdicts.ledger.age.retention import forget_counts, forget_verdicts
from verdicts.ledger.entry import Entry

DAY = 86_400_000_000
"""Microseconds."""
Chore = Callable[[Connection, int], bool]
"""Does one bounded step in the caller's transaction, at this time (microseconds since 1970 UTC);
returns whether more is to be done."""


class Chores:
    """Which chores there are, by the settings; each goes on where it stopped, after a restart too.

    `key` is what pseudonyms are made with.
    """

    def __init__(self, retention: RetentionSettings, privacy: PrivacySettings, key: bytes) -> None:
        self._pseudonyms = Pseudonyms(key, privacy.instead)
        self._days = _days_of(privacy)
        self._chores = (*_forgetting(retention), *_aging(self._days, self._pseudonyms))

    def arriving(self, entries: Sequence[Entry], now: int) -> Sequence[Entry]:
        """Return them as they may be kept at this time (microseconds since 1970 UTC).

        What waited in a journal for weeks comes when its age is past.
        """
        for trace, days in self._days:
            before = now - days * DAY
            if any(entry.verdict.time < before for entry in entries):
                entries = [
                    age_entry(entry, trace, self._pseudonyms)
                    if entry.verdict.time < before
                    else entry
                    for entry in entries
                ]
        return entries

    def step(self, connection: Connection, now: int) -> bool:
        """Do a step of the first chore that has any, in one transaction; return if one had."""
        for chore in self._chores:
            with connection.begin():
                if chore(connection, now):
                    return True
        return False


def _forgetting(retention: RetentionSettings) -> Iterator[Chore]:
    if retention.verdict_days:
        yield partial(_before, forget_verdicts, retention.verdict_days)
    if retention.statistics_days:
        yield partial(_before, forget_counts, retention.statistics_days)


def _days_of(privacy: PrivacySettings) -> tuple[tuple[Trace, int], ...]:
    """Return the age of each trace that has one."""
    days = (
        (Trace.USER, privacy.user_days),
        (Trace.ADDRESS, privacy.address_days),
        (Trace.URL, privacy.url_days),
        (Trace.NAME, privacy.name_days),
    )
    return tuple(one for one in days if one[1])


def _aging(ages: Sequence[tuple[Trace, int]], pseudonyms: Pseudonyms) -> Iterator[Chore]:
    for trace, days in ages:
        for age in (age_verdicts, age_events):
            yield partial(_before, partial(_age, age, trace, pseudonyms), days)
        if trace in COUNTED_BY:
            yield partial(_before, partial(_age, age_counts, trace, pseudonyms), days)


def _before(step: Chore, days: int, connection: Connection, now: int) -> bool:
    return step(connection, now - days * DAY)


def _age(
    age: Callable[[Connection, Trace, int, Pseudonyms], bool],
    trace: Trace,
    pseudonyms: Pseudonyms,
    connection: Connection,
    before: int,
) -> bool:
    return age(connection, trace, before, pseudonyms)
