"""Rule sets: what is stored, what differs, what each would have done."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access import Viewer
from api.conditional import state_tag
from api.models import NoQuery
from api.problems import RequestFailed, sentence
from api.ruleset_models import (
    DiffModel,
    EventPage,
    HistoryList,
    RulesetDetail,
    RulesetList,
    ShadowPage,
)
from api.services import Served, Services
from scanners.rules.manifest import MANIFEST
from verdicts.ledger.event_log.event_rows import event_row
from verdicts.ledger.event_log.events import events_before
from verdicts.ledger.questions import ask_state
from verdicts.record import rfc3339
from verdicts.rulesets.diff import digests
from verdicts.rulesets.records import StoredSet, UnknownRuleset
from verdicts.shadow_status import total

router = APIRouter(prefix="/v1/rulesets", tags=["rule sets"], dependencies=[Viewer])


class HistoryQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=1000)


class DiffQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    to: str | None = Field(
        None,
        max_length=16,
        description="The set to compare with; the active one if absent, and for that the one "
        "before it.",
    )


class CaseQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(100, ge=1, le=1000)
    cursor: int | None = Field(None, ge=0, lt=10**18, description="`next` of the page before.")


@router.get("", summary="List rule sets", response_model=RulesetList)
def list_rulesets(services: Served, query: Annotated[NoQuery, Query()]) -> dict[str, object]:
    return {"data": list(map(ruleset_row, services.store.all()))}


@router.get("/history", summary="Show who changed what", response_model=HistoryList)
def history(services: Served, query: Annotated[HistoryQuery, Query()]) -> dict[str, object]:
    """Every step in the life of every rule set; what changed is held against the former one."""
    lines = services.store.history()[: query.limit]
    return {"data": [{**asdict(line), "time": rfc3339(line.time)} for line in lines]}


@router.get("/{id}", summary="Show a rule set", response_model=RulesetDetail)
def show_ruleset(
    services: Served, id: str, query: Annotated[NoQuery, Query()], response: Response
) -> dict[str, object]:
    """Take its id, the first digits of it, or `active`, `staged`, `previous`.

    Its ETag is for If-Match in orders that are about it.
    """
    one = find(services, id)
    response.headers["ETag"] = ruleset_tag(one)
    listed = digests((services.store.folder(one.id) / MANIFEST).read_bytes())
    files = [{"path": path, "sha256": digest} for path, digest in listed.items()]
    return {**ruleset_row(one), "files": files}


@router.get("/{id}/diff", summary="Compare two rule sets", response_model=DiffModel)
def diff(services: Served, id: str, query: Annotated[DiffQuery, Query()]) -> dict[str, object]:
    """Name what was added, removed and changed: files, rules, lines of lists."""
    one = find(services, id)
    if query.to is not None:
        other: StoredSet | None = find(services, query.to)
    else:
        active = services.store.active
        other = services.store.previous if active == one else active
    against = None if other is None else other.id
    return {
        "ruleset": one.id,
        "against": against,
        **asdict(services.store.diff(against, one.id)),
    }


@router.get(
    "/{id}/shadow", summary="Show what a staged rule set would do", response_model=ShadowPage
)
def shadow(services: Served, id: str, query: Annotated[CaseQuery, Query()]) -> dict[str, object]:
    """List the transfers that it would have ruled otherwise; it decides nothing yet."""
    one = find(services, id)
    fronts = (seen.status.shadow for seen in ask_state(services.ledger).fronts)
    counts = total(fronts, one.id)
    compared, would_block = counts["compared"], counts["would_block"]
    return {
        "ruleset": one.id,
        **counts,
        "rate": would_block / compared if compared else None,
        **_cases(services, one.id, "shadow", query),
    }


@router.get(
    "/{id}/retroactive",
    summary="Show what would have been blocked by this rule set",
    response_model=EventPage,
)
def retroactive(
    services: Served, id: str, query: Annotated[CaseQuery, Query()]
) -> dict[str, object]:
    """List transfers of the days before that were allowed and that it would block."""
    return _cases(services, find(services, id).id, "retroactive", query)


def find(services: Services, name: str) -> StoredSet:
    try:
        return services.store.find(name)
    except UnknownRuleset as error:
        raise RequestFailed(HTTPStatus.NOT_FOUND, sentence(error)) from None


def ruleset_tag(one: StoredSet) -> str:
    """Return the ETag of a set: the files never change, what is said of it does."""
    return state_tag(ruleset_row(one))


def ruleset_row(one: StoredSet) -> dict[str, object]:
    """Return a set as RulesetModel takes it."""
    return {**asdict(one), "made": rfc3339(one.made)}


def _cases(services: Services, ruleset: str, kind: str, query: CaseQuery) -> dict[str, object]:
    with services.reader.connect() as connection:
        found = events_before(connection, ruleset, kind, query.cursor, query.limit + 1)
    page = found[: query.limit]
    more = len(found) > query.limit
    return {"data": list(map(event_row, page)), "next": page[-1].id if more else None}
