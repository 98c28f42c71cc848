"""Forgetting a person: their verdicts go, what was counted stays."""

import time
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from api.access import Admin
from api.audit import audited
from api.bodies import json_body, read_json
from api.models import NoQuery
from api.services import Served, Services
from verdicts.ledger.age.erasure import erasures
from verdicts.ledger.age.pseudonyms import Trace, read_pseudonyms
from verdicts.ledger.questions import ask_change

ANSWER_SECONDS = 20.0
"""After so long the caller is told to ask again."""
router = APIRouter(prefix="/v1/erasures", tags=["privacy"])


class NewErasure(BaseModel):
    """Whom to forget."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"user": "CORP\\ann"}})

    user: str = Field(
        min_length=1, max_length=256, description="As verdicts name the user, letter by letter."
    )


class ErasureModel(BaseModel):
    """How far it has come."""

    complete: bool = Field(
        description="False: there is more than one request has time for; repeat."
    )
    pseudonym: str = Field(description="What the audit says in place of the name.")


@router.post(
    "",
    summary="Forget a user",
    status_code=HTTPStatus.OK,
    response_model=ErasureModel,
    openapi_extra=json_body(NewErasure),
)
async def erase(
    services: Served, key: Admin, request: Request, query: Annotated[NoQuery, Query()]
) -> dict[str, object]:
    """Delete the user's verdicts and the events about them.

    Counts stay, under no name. What proxies hand over later under this name is recorded again.
    """
    user = (await read_json(request, NewErasure)).user
    pseudonym = read_pseudonyms(services.privacy_key).of(Trace.USER, user)
    complete = False
    try:
        complete = await run_in_threadpool(_erase, services, user)
    finally:  # some of it is done, however it ended
        after = {"complete": complete}
        await audited(services, request, key, "user.erased", pseudonym, None, after)
    return {"complete": complete, "pseudonym": pseudonym}


def _erase(services: Services, user: str) -> bool:
    """Return whether all is done."""
    end = time.monotonic() + ANSWER_SECONDS
    with services.reader.connect() as connection:
        steps = list(erasures(connection, user))
    for step, again in steps:
        while ask_change(services.ledger, step) and again:
            if time.monotonic() > end:
                return False
        if time.monotonic() > end:
            return False
    return True
