"""The page of one verdict: why, in words; what the file is; what else is known of its content."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from api.pages.show import HEADERS, AsPages, Row, page, see
from api.pages.signed_in import AnalystVisitor, AnyVisitor, read_own_form
from api.pages.texts import as_json
from api.pages.tree import WORST, grow
from api.pages.why import code_words, read_clause, reason_words, sentences
from api.problems import RequestFailed
from api.routes.feedback import NewFeedback, keep_feedback, read_feedback
from api.services import Served, Services
from verdicts.ledger.feedback import REASON_LENGTH
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Filters

router = APIRouter(dependencies=[AsPages], include_in_schema=False)
SIMILAR = 10
LISTED = 20
"""Findings on the page, and gaps: strangers choose how many there are and how long their texts."""
RAW_SHOWN = 32 * 1024
"""Characters of the raw verdict on the page; the whole is a download."""


@router.get("/verdicts/{id}")
def show_verdict(request: Request, services: Served, visitor: AnyVisitor, id: str) -> Response:
    return _show(request, services, visitor.key.role.may(Role.ANALYST), id)


@router.get("/verdicts/{id}/raw")
def download_verdict(services: Served, visitor: AnyVisitor, id: str) -> Response:
    row = _read(services, id)
    named = {"Content-Disposition": f'attachment; filename="verdict-{row["id"]}.json"'}
    return JSONResponse(row, headers={**HEADERS, **named})


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
    row = _read(services, id)
    similar = _similar(services, row)
    raw = as_json(row, RAW_SHOWN + 1)
    return page(
        request,
        "verdict.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK,
        row=row,
        why=sentences(row),
        clause=read_clause(services.store, row["ruleset"], row["clause"]),
        tree=grow(row),
        detections=sorted(row["detections"], key=lambda one: WORST.index(one["level"]))[:LISTED],
        gaps=row["unscanned"][:LISTED],
        similar=similar[:SIMILAR],
        more_similar=len(similar) > SIMILAR,
        feedback=read_feedback(services, row["id"]) or (),
        may_speak=may_speak,
        fault=fault,
        raw=raw[:RAW_SHOWN],
        raw_is_cut=len(raw) > RAW_SHOWN,
        code_words=code_words,
        reason_words=reason_words,
    )


def _read(services: Services, id: str) -> Row:
    row: Row | None = services.reader.get(id)
    if row is None:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "The log has no verdict of this id.")
    return row


def _similar(services: Services, row: Row) -> list[Row]:
    """Return other transfers of the same content, newest first; SIMILAR and one more at most."""
    if not row["sha256"]:
        return []
    found = services.reader.page(Filters(sha256=row["sha256"]), SIMILAR + 2).data
    return [one for one in found if one["id"] != row["id"]][: SIMILAR + 1]
