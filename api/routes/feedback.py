"""Feedback on verdicts: what an analyst says is wrong, and why."""

from collections.abc import Iterable
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.access import Analyst, Viewer
from api.audit import audited_change
from api.bodies import json_body, read_json
from api.models import FeedbackList, FeedbackModel, NoQuery
from api.problems import RequestFailed
from api.services import Served, Services
from verdicts.ledger.access.key_table import ApiKey
from verdicts.ledger.feedback import (
    AUTHOR_LENGTH,
    REASON_LENGTH,
    Feedback,
    FeedbackKind,
    feedback_on,
    feedback_with,
)
from verdicts.ledger.questions import StoreFeedback
from verdicts.model import utc_now
from verdicts.record import id_bytes, id_text, microseconds, rfc3339

router = APIRouter(prefix="/v1/verdicts/{id}/feedback", tags=["verdicts"])
NO_VERDICT = RequestFailed(HTTPStatus.NOT_FOUND, "The log has no verdict of this id.")


class NewFeedback(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: FeedbackKind = Field(
        description="false_positive: the file is harmless; missed: it is not."
    )
    reason: str = Field(
        min_length=1, max_length=REASON_LENGTH, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$"
    )


@router.post(
    "",
    summary="Say that a verdict is wrong",
    status_code=HTTPStatus.CREATED,
    response_model=FeedbackModel,
    openapi_extra=json_body(NewFeedback),
)
async def give_feedback(
    services: Served, key: Analyst, id: str, request: Request, query: Annotated[NoQuery, Query()]
) -> dict[str, object]:
    """Keep it with the verdict, instead of what the same key said before, and write an event."""
    return await keep_feedback(services, request, key, id, await read_json(request, NewFeedback))


async def keep_feedback(
    services: Services, request: Request, key: ApiKey, id: str, said: NewFeedback
) -> dict[str, object]:
    """Return it as it was kept; raise RequestFailed if there is no such verdict."""
    try:
        transfer = id_text(id_bytes(id))
    except ValueError:
        raise NO_VERDICT from None
    author, now = key.name[:AUTHOR_LENGTH], microseconds(utc_now())
    row = StoreFeedback(transfer, key.prefix, author, now, said.kind, said.reason)
    before = await run_in_threadpool(_said_before, services, transfer, key)
    after = said.model_dump()
    if not await audited_change(
        services, request, key, row, "feedback.given", transfer, before, after
    ):
        raise NO_VERDICT
    return feedback_row(Feedback(transfer, author, now, said.kind, said.reason))


@router.get(
    "",
    summary="Show what was said of a verdict",
    response_model=FeedbackList,
    dependencies=[Viewer],
)
def show_feedback(
    services: Served, id: str, query: Annotated[NoQuery, Query()]
) -> dict[str, object]:
    found = read_feedback(services, id)
    if found is None:
        raise NO_VERDICT
    return {"data": list(map(feedback_row, found))}


def _said_before(services: Services, transfer: str, key: ApiKey) -> dict[str, str] | None:
    with services.reader.connect() as connection:
        former = feedback_with(connection, transfer, key.prefix)
    return None if former is None else {"kind": former.kind, "reason": former.reason}


def feedback_row(said: Feedback) -> dict[str, object]:
    """Return it as FeedbackModel takes it."""
    return {**asdict(said), "time": rfc3339(said.time)}


def read_feedback(services: Services, transfer: str) -> Iterable[Feedback] | None:
    """Return what was said of a verdict, newest first; None if there is no such verdict."""
    with services.reader.connect() as connection:
        return feedback_on(connection, transfer)
