"""The overview: how much passed, what was stopped, by whom and of what kind, and what is new."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api.pages.charts import Chart, Count, chart_of
from api.pages.condition import Condition, read_condition
from api.pages.last_look import note_look, read_news
from api.pages.ranges import LENGTHS, Range, RangeQuery, chosen_range
from api.pages.show import AsPages, page
from api.pages.signed_in import AnyVisitor, is_secure
from api.services import Served
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.stats.statistics import TopRow, timeseries, top
from verdicts.ledger.stats.summary import Summary, summarise
from verdicts.model import utc_now
from verdicts.record import microseconds, rfc3339

router = APIRouter(dependencies=[AsPages], include_in_schema=False)
LISTED = 8
By = Literal[
    "action", "level", "channel", "direction", "code", "name", "type", "client_ip", "user",
    "unscanned",
]  # fmt: skip
COUNTS: dict[Count, tuple[str, str]] = {
    "transfers": ("All", "Transfers"),
    "blocked": ("Blocked", "Blocked transfers"),
    "held": ("Held", "Held transfers"),
    "unscanned": ("Not fully inspected", "Transfers not fully inspected"),
}
"""What is counted, as the chooser and as titles say it."""
BYS: dict[By, tuple[str, str, str]] = {
    "action": ("action", "what was done", "action"),
    "level": ("level", "level", "level"),
    "channel": ("channel", "channel", "channel"),
    "direction": ("direction", "direction", "direction"),
    "code": ("code", "code of a detection", "code"),
    "name": ("detection", "name of a detection", "name"),
    "type": ("true type", "true type", "true_type"),
    "client_ip": ("client", "client", "client_ip"),
    "user": ("user", "user", "user"),
    "unscanned": ("gap", "reason of a gap", "reason"),
}
"""By what, as the chooser and as titles say it, and the filter of the search that finds a key."""
CHARTS: tuple[By, ...] = ("channel", "code", "unscanned", "action")
"""Those beside the chosen one, that one left out."""
BESIDE = 3
TOPS: tuple[tuple[By, str], ...] = (
    ("name", "Detections"),
    ("type", "True types"),
    ("client_ip", "Clients"),
    ("user", "Users"),
)
FOUND_BY: dict[Count, dict[str, str]] = {
    "transfers": {},
    "blocked": {"action": "block"},
    "held": {"action": "hold"},
}
"""Filters of the search that find what is counted; for gaps there is only the reason of each."""
NOTES: dict[Count, str] = {
    "blocked": "With those that were cut off halfway, which the links leave out.",
    "unscanned": "Count by gap for links to the transfers.",
}
TWICE = {"code", "name", "unscanned"}
"""Where a transfer counts once for each key that it has, so that a bar may be higher than all."""


class OverviewQuery(RangeQuery):
    count: Count = "transfers"
    by: By = "action"


@dataclass(frozen=True, slots=True)
class Figures:
    """All numbers of one range."""

    now: Summary
    before: Summary
    charts: tuple[tuple[By, Chart], ...]
    """The chosen one first."""
    tops: tuple[tuple[By, str, tuple[tuple[str, int], ...]], ...]
    """What they count by, title; keys and how many."""


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses that the page leads to."""

    query: OverviewQuery
    chosen: Range

    def overview(self, **changes: str) -> str:
        """Return the address of this page with something else chosen."""
        ends = {"range", "since", "until"}
        gone = ends if ends & changes.keys() else set()
        given = self.query.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        kept = {name: value for name, value in given.items() if name not in gone}
        return f"/?{urlencode(kept | changes)}"

    def search(self, **filters: object) -> str:
        """Return the address of a search in the range that is shown, or in a part of it."""
        bounds = {"since": self.chosen.since, "until": self.chosen.until} | filters
        texts = {
            name: rfc3339(value) if isinstance(value, int) else str(value)
            for name, value in bounds.items()
        }
        return f"/verdicts?{urlencode(texts)}"

    def of_key(self, by: By, key: str) -> str:
        """Return the address of a search for what is counted of a key; empty if there is none."""
        filters = FOUND_BY.get(self.query.count, {} if by == "unscanned" else None)
        return "" if filters is None else self.search(**filters | {BYS[by][2]: key})

    def of_part(self, since: int, until: int) -> str:
        """Return the address of what is counted in a part of the range."""
        if self.query.count in FOUND_BY:
            return self.search(since=since, until=until, **FOUND_BY[self.query.count])
        return self.overview(by="unscanned", since=rfc3339(since), until=rfc3339(until))


@router.get("/")
def show_overview(
    request: Request,
    services: Served,
    visitor: AnyVisitor,
    query: Annotated[OverviewQuery, Query()],
) -> Response:
    now, chosen = microseconds(utc_now()), chosen_range(query)
    condition: Condition = read_condition(services)
    answer = page(
        request,
        "overview.html",
        chosen=chosen,
        query=query,
        ranges=list(LENGTHS),
        counts=COUNTS,
        bys=BYS,
        figures=_figures(services.reader, chosen, query),
        condition=condition,
        news=read_news(services.reader, request, now),
        links=Links(query, chosen),
        notes=NOTES,
        twice=TWICE,
    )
    note_look(request, answer, now, secure=is_secure(request, services))
    return answer


def _figures(reader: Reader, chosen: Range, query: OverviewQuery) -> Figures:
    since, until, width, count = chosen.since, chosen.until, chosen.bucket, query.count
    with reader.connect() as connection:
        return Figures(
            now=summarise(connection, since, until),
            before=summarise(connection, chosen.before.since, chosen.before.until),
            charts=tuple(
                (
                    by,
                    chart_of(timeseries(connection, since, until, width, by, of=count), chosen, by),
                )
                for by in (query.by, *[one for one in CHARTS if one != query.by][:BESIDE])
            ),
            tops=tuple(
                (by, title, _ranking(top(connection, by, since, until, LISTED, of=count), count))
                for by, title in TOPS
            ),
        )


def _ranking(rows: Sequence[TopRow], count: Count) -> tuple[tuple[str, int], ...]:
    return tuple((row.key, getattr(row, count)) for row in rows)
