"""The condition of every part, with its figures and what goes out to other systems."""

from fastapi import APIRouter, Request, Response

from api.pages.condition import read_condition
from api.pages.show import AsPages, page
from api.pages.signed_in import AnyVisitor
from api.services import Served, Services
from verdicts.ledger.event_log.sinks import SinkState, sinks
from verdicts.ledger.questions import LogUnavailable

router = APIRouter(dependencies=[AsPages], include_in_schema=False)


@router.get("/health")
def show_health(request: Request, services: Served, visitor: AnyVisitor) -> Response:
    return page(
        request,
        "health.html",
        condition=read_condition(services),
        deliveries=_deliveries(services),
    )


def _deliveries(services: Services) -> list[SinkState] | None:
    """Return all by name; None while the log cannot be read."""
    try:
        with services.reader.connect() as connection:
            return list(sinks(connection).values())
    except LogUnavailable:
        return None
