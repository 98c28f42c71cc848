"""The verdict log: pages with filters, and single verdicts."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from api.access import Viewer
from api.models import LevelName, VerdictModel, VerdictPage
from api.problems import RequestFailed
from api.services import Served
from scanners.model import Code
from verdicts.ledger.queries import BadCursor, Filters
from verdicts.model import Action, Direction
from verdicts.record import EPOCH, microseconds

router = APIRouter(prefix="/v1/verdicts", tags=["verdicts"], dependencies=[Viewer])
Text = Annotated[str, Field(max_length=256, pattern=r"^[^\x00]*$")]


def _rfc3339(value: object) -> object:
    """Pydantic takes plain numbers for times too; we do not."""
    if isinstance(value, str) and "T" not in value.upper():
        raise ValueError("not a time as in RFC 3339, for example 2026-01-31T12:00:00Z")
    return value


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    Field(ge=EPOCH, lt=EPOCH.replace(year=9000)),  # beyond, calendars overflow
]


class VerdictQuery(BaseModel):
    """All given filters must match, exactly."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(None, description="RFC 3339: since <= time < until.")
    until: Moment | None = None
    action: Action | None = None
    level: LevelName | None = None
    channel: Text | None = None
    direction: Direction | None = None
    user: Text | None = None
    client_ip: Text | None = None
    sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    code: Code | None = Field(None, description="A detection has this code.")
    name: Text | None = Field(None, description="A detection has this name; not a file's.")
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(None, max_length=64, description="`next` of the page before.")


@router.get("", summary="List verdicts, newest first", response_model=VerdictPage)
def list_verdicts(services: Served, query: Annotated[VerdictQuery, Query()]) -> dict[str, object]:
    filters = Filters(
        since=_stamp(query.since),
        until=_stamp(query.until),
        **query.model_dump(mode="json", exclude={"since", "until", "limit", "cursor"}),
    )
    try:
        page = services.reader.page(filters, query.limit, query.cursor)
    except BadCursor:
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY, "The cursor is none that a page gave."
        ) from None
    return {"data": page.data, "next": page.next}


@router.get("/{id}", summary="Show one verdict", response_model=VerdictModel)
def show_verdict(services: Served, id: str) -> dict[str, object]:
    row = services.reader.get(id)
    if row is None:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "The log has no verdict of this id.")
    return row


def _stamp(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)
