"""When somebody last looked, kept by his browser, and what has changed since."""

import json
import re
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from verdicts.ledger.event_log.events import Event
from verdicts.ledger.event_log.news import NewName, latest_events, new_names
from verdicts.ledger.reading.queries import Reader

COOKIE = "douane_look"
APART = 30 * 60 * 1_000_000
"""Two looks less than this apart are one: else a reload would hide the news."""
FIRST = 24 * 3600 * 1_000_000
"""Shown to somebody who was never here."""
LONGEST = 30 * FIRST
KEPT_SECONDS = 365 * 24 * 3600
KINDS = ("alarm", "ruleset", "feedback")
MOST = 8
FORM = re.compile(r"([0-9]{1,17})\.([0-9]{1,17})")


@dataclass(frozen=True, slots=True)
class News:
    since: int
    events: tuple[tuple[Event, dict[str, Any]], ...]
    """Newest first, with their data."""
    names: tuple[NewName, ...]
    """Detections that the log did not have before."""

    def __bool__(self) -> bool:
        return bool(self.events or self.names)


def read_news(reader: Reader, request: Request, now: int) -> News:
    """Return what happened since the look before this one, of the last 30 days at most."""
    since = max(former_look(request, now), now - LONGEST)
    with reader.connect() as connection:
        events = latest_events(connection, KINDS, since, MOST)
        names = new_names(connection, since, now, MOST)
    return News(since, tuple((event, json.loads(event.data)) for event in events), names)


def former_look(request: Request, now: int) -> int:
    """Return when the visitor last looked before this visit; a day ago if he never did."""
    found = FORM.fullmatch(request.cookies.get(COOKIE, ""))
    if found is None:
        return now - FIRST
    former, last = map(int, found.groups())
    return min(former if now - last < APART else last, now)


def note_look(request: Request, response: Response, now: int, *, secure: bool) -> None:
    """Keep when this visit began and that it still lasts."""
    response.set_cookie(
        COOKIE,
        f"{former_look(request, now)}.{now}",
        max_age=KEPT_SECONDS,
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )
