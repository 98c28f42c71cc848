"""The page of one verdict: why, in words; what the file is; what else is known of its content."""

import json
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError

from api.pages.show import AsPages, Row, page, see
from api.pages.signed_in import AnalystVisitor, AnyVisitor, read_own_form
from api.pages.tree import grow
from api.pages.why import code_words, read_clause, reason_words, sentences
from api.problems import RequestFailed
from api.routes.feedback import NewFeedback, keep_feedback, read_feedback
from api.services import Served, Services
from verdicts.ledger.feedback import REASON_LENGTH
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Filters

router = APIRouter(dependencies=[AsPages], include_in_schema=False)
SIMILAR = 10


@router.get("/verdicts/{id}")
def show_verdict(request: Request, services: Served, visitor: AnyVisitor, id: str) -> Response:
    return _show(request, services, visitor.key.role.may(Role.ANALYST), id)


@router.post("/verdicts/{id}/feedback")
async def say_wrong(
    request: Request, services: Served, visitor: AnalystVisitor, id: str
) -> Response:
    form = await read_own_form(request, services, visitor)
    try:
        said = NewFeedback.model_validate(form)
    except ValidationError:
        fault = f"Say in up to {REASON_LENGTH} characters why the verdict is wrong."
        return await run_in_threadpool(_show, request, services, True, id, fault)
    kept = await keep_feedback(services, request, visitor.key, id, said)
    return see(f"/verdicts/{kept['verdict']}#feedback")


def _show(
    request: Request, services: Services, may_speak: bool, id: str, fault: str = ""
) -> Response:
    row: Row | None = services.reader.get(id)
    if row is None:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "The log has no verdict of this id.")
    similar = _similar(services, row)
    return page(
        request,
        "verdict.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        row=row,
        why=sentences(row),
        clause=read_clause(services.store, row["ruleset"], row["clause"]),
        tree=grow(row),
        similar=similar[:SIMILAR],
        more_similar=len(similar) > SIMILAR,
        feedback=read_feedback(services, row["id"]) or (),
        may_speak=may_speak,
        fault=fault,
        raw=json.dumps(row, indent=2, ensure_ascii=False),
        code_words=code_words,
        reason_words=reason_words,
    )


def _similar(services: Services, row: Row) -> list[Row]:
    """Return other transfers of the same content, newest first; SIMILAR and one more at most."""
    if not row["sha256"]:
        return []
    found = services.reader.page(Filters(sha256=row["sha256"]), SIMILAR + 2).data
    return [one for one in found if one["id"] != row["id"]][: SIMILAR + 1]
