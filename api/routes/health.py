"""Is it alive, is it ready.  The only routes without a key."""

from collections.abc import Iterator
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.models import LiveModel, PartModel, ReadyModel
from api.services import Served
from verdicts.ledger.questions import LedgerAway, LedgerFailed, ask_state
from verdicts.ledger.state import LedgerState, SeenFront
from verdicts.status import FrontStatus

router = APIRouter(prefix="/v1/health", tags=["health"])
STATUS_SECONDS = 5.0
"""A front reports every second; one silent for longer is not ready."""


@router.get("/live", summary="Does the API answer")
def live() -> LiveModel:
    return LiveModel()


@router.get(
    "/ready",
    summary="Can traffic be inspected and recorded",
    responses={503: {"model": ReadyModel, "description": "Some part is not ready; which, and why"}},
)
def ready(services: Served, response: Response) -> ReadyModel:
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
    yield _database(state)
    seen = {front.status.front: front for front in state.fronts}
    for index in range(services.fronts):
        yield from _front(index, seen.get(index))


def _database(state: LedgerState) -> PartModel:
    explanation = "" if state.database_writable else "It cannot be written; see the ledger's log."
    return PartModel(part="database", ok=state.database_writable, explanation=explanation)


def _front(index: int, front: SeenFront | None) -> Iterator[PartModel]:
    name = f"front {index}"
    if front is None:
        yield PartModel(part=name, ok=False, explanation="It never reported.")
        return
    if front.age_seconds > STATUS_SECONDS:
        silent = f"Its last report is {front.age_seconds:.0f} s old."
        yield PartModel(part=name, ok=False, explanation=silent)
        return
    status = front.status
    yield PartModel(part=name, ok=True, explanation="")
    yield _workers(name, status)
    yield PartModel(
        part=f"{name}: sandbox",
        ok=True,  # degraded, but everything is still inspected
        explanation=f"This kernel lacks {', '.join(status.sandbox_missing)}."
        if status.sandbox_missing
        else "",
    )
    yield PartModel(
        part=f"{name}: clamav",
        ok=status.clamav in {"up", "off"},
        explanation=status.clamav_fault or ("" if status.clamav == "up" else status.clamav),
    )


def _workers(name: str, status: FrontStatus) -> PartModel:
    enough = status.workers >= status.workers_wanted
    explanation = "" if enough else f"{status.workers} of {status.workers_wanted}."
    return PartModel(part=f"{name}: workers", ok=enough, explanation=explanation)
