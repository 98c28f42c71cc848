"""The overview: how much passed, what was stopped, by whom and of what kind, and what is new."""

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api.pages.charts import ACTIONS, Chart, draw
from api.pages.condition import Condition, read_condition
from api.pages.last_look import note_look, read_news
from api.pages.ranges import LENGTHS, ChosenRange, Range
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
CHARTS = (
    ("action", "Transfers by what was done"),
    ("channel", "Transfers by channel"),
    ("code", "Detections by code"),
    ("unscanned", "Not inspected, by reason"),
)
TOPS = (
    ("name", "Detections", "name"),
    ("type", "True types", "true_type"),
    ("client_ip", "Clients", "client_ip"),
    ("user", "Users", "user"),
)
FILTERS = {"action": "action", "channel": "channel", "code": "code", "unscanned": "reason"}
"""Which filter of the search finds what a series of a chart counts."""


@dataclass(frozen=True, slots=True)
class Figures:
    """All numbers of one range."""

    now: Summary
    before: Summary
    charts: tuple[tuple[str, str, Chart], ...]
    """What they count by, title, chart."""
    tops: tuple[tuple[str, str, tuple[TopRow, ...]], ...]
    """Title, filter, rows."""


@router.get("/")
def show_overview(
    request: Request, services: Served, visitor: AnyVisitor, chosen: ChosenRange
) -> Response:
    now = microseconds(utc_now())
    figures = _figures(services.reader, chosen)
    condition: Condition = read_condition(services)
    answer = page(
        request,
        "overview.html",
        chosen=chosen,
        ranges=list(LENGTHS),
        figures=figures,
        condition=condition,
        news=read_news(services.reader, request, now),
        search=lambda **given: _search(chosen, given),
        filters=FILTERS,
    )
    note_look(request, answer, now, secure=is_secure(request, services))
    return answer


def _figures(reader: Reader, chosen: Range) -> Figures:
    since, until, width = chosen.since, chosen.until, chosen.bucket
    with reader.connect() as connection:
        return Figures(
            now=summarise(connection, since, until),
            before=summarise(connection, chosen.before.since, chosen.before.until),
            charts=tuple(
                (
                    by,
                    title,
                    draw(
                        timeseries(connection, since, until, width, by),
                        width,
                        ACTIONS if by == "action" else None,
                    ),
                )
                for by, title in CHARTS
            ),
            tops=tuple(
                (title, field, top(connection, by, since, until, LISTED))
                for by, title, field in TOPS
            ),
        )


def _search(chosen: Range, given: dict[str, object]) -> str:
    """Return the address of a search in the range that is shown, or in a part of it."""
    bounds = {"since": chosen.since, "until": chosen.until} | given
    texts = {
        name: rfc3339(value) if isinstance(value, int) else str(value)
        for name, value in bounds.items()
    }
    return f"/verdicts?{urlencode(texts)}"
