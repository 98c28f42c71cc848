"""Rule sets: handing one in, and orders to the supervisor, who alone changes what is in force."""

import os
import shutil
from collections.abc import Awaitable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.access import Admin, Analyst
from api.audit import audit_of, write_row
from api.bodies import RETRY, busy, file_body, read_file
from api.conditional import IfMatch, Precondition
from api.problems import RequestFailed, sentence
from api.routes.rulesets import find, ruleset_row, ruleset_tag
from api.ruleset_models import RulesetModel
from api.services import Served, Services
from scanners.settings import MiB
from verdicts.ledger.access.key_table import ApiKey
from verdicts.rulesets.handover import bring_bundle
from verdicts.rulesets.orders import (
    CARRIED_OUT,
    Action,
    AnswerLost,
    NoSupervisor,
    Order,
    OrderRefused,
    ask,
)
from verdicts.rulesets.records import RulesetError, SetMalformed
from verdicts.spool import Spool

router = APIRouter(prefix="/v1/rulesets", tags=["rule sets"])
BUNDLE_BYTES = 64 * MiB
BUNDLE = file_body(
    "A bundle as `douane rules pack` makes it.", "application/gzip", "application/octet-stream"
)
ACTOR_LENGTH = 256
Note = Annotated[str, Field(max_length=500, description="Why; it goes into the history.")]


class OutcomeUnknown(RequestFailed):
    """The supervisor was asked, and did not say what became of it."""

    def __init__(self) -> None:
        super().__init__(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The supervisor does not answer; what it was asked to do may yet be done.",
            RETRY,
        )


class NoteQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: Note = ""


class ComingQuery(NoteQuery):
    drop_edits: bool = Field(
        False, description="Do not keep what was edited over REST: lists and policy."
    )


class RollbackQuery(NoteQuery):
    to: str = Field("", max_length=16, description="The set to go back to; else the one before.")


@router.post(
    "",
    summary="Hand in a rule set",
    status_code=HTTPStatus.CREATED,
    response_model=RulesetModel,
    openapi_extra=BUNDLE,
)
async def hand_in(
    services: Served, key: Analyst, query: Annotated[NoteQuery, Query()], request: Request
) -> dict[str, object]:
    """Take a rule set in and check it; it decides nothing yet.

    One that fails the check is refused, with all that is wrong in `problems`.
    """
    with services.handing_in.taken(key.prefix, "rule set"):
        spool = Spool(services.space)
        try:
            seconds = services.settings.upload_seconds
            await read_file(request, spool, services.space, BUNDLE_BYTES, seconds)
            order = _order("check", request, key, "", query.note)
            return await _known(
                services, order, run_in_threadpool(_take_in, services, order, spool)
            )
        finally:
            spool.close()


@router.post("/rollback", summary="Go back to a former rule set", response_model=RulesetModel)
async def rollback(
    services: Served,
    request: Request,
    key: Admin,
    query: Annotated[RollbackQuery, Query()],
    given: IfMatch,
) -> dict[str, object]:
    """Make the set active again that was active before, or the one that is named, as it was then.

    What was edited over REST since is gone with it; the audit says what. If-Match is compared with
    the set that is active now.
    """
    if given.header is not None:
        given.check(ruleset_tag(find(services, "active")))
    meant = find(services, query.to).id if query.to else ""
    return await obeyed(services, _order("rollback", request, key, meant, query.note))


@router.post(
    "/unstage", summary="End the trial of the staged rule set", response_model=RulesetModel
)
async def unstage(
    services: Served,
    request: Request,
    key: Analyst,
    query: Annotated[NoteQuery, Query()],
    *,
    given: IfMatch,
) -> dict[str, object]:
    """Take the staged set away from live traffic; it can be staged again."""
    meant = _seen(services, "staged", given)
    return await obeyed(services, _order("unstage", request, key, meant, query.note))


@router.post("/{id}/stage", summary="Try a rule set on live traffic", response_model=RulesetModel)
async def stage(
    services: Served,
    request: Request,
    key: Analyst,
    id: str,
    query: Annotated[ComingQuery, Query()],
    *,
    given: IfMatch,
) -> dict[str, object]:
    """Let it see every transfer and decide nothing; what it would do is listed.

    What was edited over REST and is not in it is kept: then the answer is another set, with both.
    """
    meant = _seen(services, id, given)
    order = _order("stage", request, key, meant, query.note)
    return await obeyed(services, replace(order, drop_edits=query.drop_edits))


@router.post("/{id}/activate", summary="Activate a rule set", response_model=RulesetModel)
async def activate(
    services: Served,
    request: Request,
    key: Admin,
    id: str,
    query: Annotated[ComingQuery, Query()],
    *,
    given: IfMatch,
) -> dict[str, object]:
    """Let it decide, once every front has loaded it; transfers that run end on the former one.

    What was edited over REST and is not in it is kept: then the answer is another set, with both.
    """
    meant = _seen(services, id, given)
    order = _order("activate", request, key, meant, query.note)
    return await obeyed(services, replace(order, drop_edits=query.drop_edits))


def _seen(services: Services, name: str, given: Precondition) -> str:
    """Return the id of the set, if it is as the client knows it."""
    one = find(services, name)
    given.check(ruleset_tag(one))
    return one.id


def _order(action: Action, request: Request, key: ApiKey, ruleset: str, note: str) -> Order:
    row = audit_of(request, key, CARRIED_OUT[action], "", after={"note": note})
    return Order(action, key.name[:ACTOR_LENGTH], ruleset, note=note, row=row)


async def obeyed(
    services: Services, order: Order, refused: HTTPStatus = HTTPStatus.CONFLICT
) -> dict[str, object]:
    """Return the set that is so now by the order; raise RequestFailed.

    The supervisor writes into the audit what becomes of it.
    """
    if services.orders.locked():
        raise busy("Too many orders wait already.")
    async with services.orders:
        doing = run_in_threadpool(_carried_out, services, order, refused)
        return await _known(services, order, doing)


async def _known(
    services: Services, order: Order, doing: Awaitable[dict[str, object]]
) -> dict[str, object]:
    """Return what became of an order; the audit says so if the supervisor does not answer."""
    try:
        return await doing
    except OutcomeUnknown:
        if order.row is not None:
            about = order.row.about or order.ruleset
            action = f"{order.row.action}.unknown"
            await write_row(services, replace(order.row, action=action, about=about))
        raise


def _take_in(services: Services, order: Order, spool: Spool) -> dict[str, object]:
    """Unpack the bundle where the supervisor finds it, and have it checked.  Blocks."""
    folder = _unpack(services, spool)
    try:
        order = replace(order, folder=str(folder))
        return _carried_out(services, order, HTTPStatus.UNPROCESSABLE_ENTITY)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # the supervisor has its own copy by now


def _unpack(services: Services, spool: Spool) -> Path:
    try:
        with os.fdopen(os.dup(spool.descriptor()), "rb") as stream:
            stream.seek(0)
            return bring_bundle(services.rulesets, stream)
    except SetMalformed as error:
        raise RequestFailed(HTTPStatus.UNPROCESSABLE_ENTITY, sentence(error)) from None
    except OSError:
        raise RequestFailed(
            HTTPStatus.INSUFFICIENT_STORAGE, "There is no room on the disk for the rule set."
        ) from None


def _carried_out(services: Services, order: Order, refused: HTTPStatus) -> dict[str, object]:
    """Return the set that the order was about, as it is then.  Blocks."""
    try:
        done = ask(services.run_directory, order, _hear)
        if not done.get("audited"):
            raise RequestFailed(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "It is done, but could not be written into the audit; that is tried again.",
            )
        return ruleset_row(services.store.find(str(done["id"])))
    except OrderRefused as error:
        raise RequestFailed(refused, sentence(error), problems=error.problems) from None
    except AnswerLost:
        raise OutcomeUnknown from None
    except NoSupervisor:
        raise busy("The supervisor takes no orders now; nothing was done.") from None
    except RulesetError as error:
        raise RequestFailed(HTTPStatus.NOT_FOUND, sentence(error)) from None


def _hear(_line: str) -> None:
    """Progress is for those who watch; the API answers once."""
