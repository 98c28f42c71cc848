"""Is it alive, is it ready.  The only routes without a key."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.models import LiveModel, NoQuery, PartModel, ReadyModel
from api.services import Served
from verdicts.ledger.parts import parts_of
from verdicts.ledger.questions import LedgerAway, LedgerFailed, ask_state

router = APIRouter(prefix="/v1/health", tags=["health"])


@router.get("/live", summary="Does the API answer")
def live(query: Annotated[NoQuery, Query()]) -> LiveModel:
    return LiveModel()


@router.get(
    "/ready",
    summary="Can traffic be inspected and recorded",
    responses={503: {"model": ReadyModel, "description": "Some part is not ready; which, and why"}},
)
def ready(services: Served, response: Response, query: Annotated[NoQuery, Query()]) -> ReadyModel:
    parts = list(_parts(services))
    everything = all(part.ok for part in parts)
    if not everything:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return ReadyModel(ready=everything, parts=parts)


def _parts(services: Served) -> Iterator[PartModel]:
    try:
        state = ask_state(services.ledger)
    except (LedgerAway, LedgerFailed):
        yield PartModel(part="ledger", ok=False, explanation="The ledger does not answer.")
        return
    yield PartModel(part="ledger", ok=True, explanation="")
    for part in parts_of(state, services.fronts):
        yield PartModel(part=part.name, ok=part.ok, explanation=part.explanation)
