"""Receivers of events over REST: how far each is, and a disabled one enabled again."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from api.access import Admin
from api.audit import audited_change
from api.models import NoQuery
from api.problems import RequestFailed
from api.services import Served, Services
from api.sink_models import SinkList, SinkModel
from verdicts.ledger.event_log.events import last_event
from verdicts.ledger.event_log.sink_changes import DisableSink
from verdicts.ledger.event_log.sinks import SinkState, sinks
from verdicts.record import rfc3339

router = APIRouter(prefix="/v1/sinks", tags=["events"])


@router.get("", summary="List receivers of events", response_model=SinkList)
def show_sinks(
    services: Served, key: Admin, query: Annotated[NoQuery, Query()]
) -> dict[str, object]:
    """All that are configured, in the order of the settings."""
    return {"data": list(_rows(services).values())}


@router.post("/{name}/enable", summary="Enable a receiver of events", response_model=SinkModel)
async def enable(
    services: Served,
    key: Admin,
    name: Annotated[str, Path(pattern="^[a-z0-9_-]{1,32}$")],
    request: Request,
    query: Annotated[NoQuery, Query()],
) -> dict[str, object]:
    """Let it go on where it stopped; within seconds.  One that is not disabled stays as it is."""
    before = (await run_in_threadpool(_rows, services)).get(name)
    if before is None:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "No such sink is configured.")
    if before["disabled"] is None:
        return before
    change, shown = DisableSink(name, None, ""), {"disabled": before["disabled"]}
    await audited_change(
        services, request, key, change, "sink.enabled", name, shown, {"disabled": None}
    )
    return (await run_in_threadpool(_rows, services))[name]


def _rows(services: Services) -> dict[str, dict[str, object]]:
    with services.reader.connect() as connection:
        known, newest = sinks(connection), last_event(connection)
    return {name: _row(name, kind, known.get(name), newest) for name, kind in services.sinks}


def _row(name: str, kind: str, state: SinkState | None, newest: int) -> dict[str, object]:
    row: dict[str, object] = {"name": name, "kind": kind, "position": None}
    if state is None:
        return row | {"behind": 0, "waiting": 0, "error": "", "disabled": None}
    return row | {
        "position": state.position,
        "behind": max(newest - state.position, 0),
        "waiting": state.waiting,
        "error": state.error,
        "disabled": None if state.disabled is None else rfc3339(state.disabled),
    }
