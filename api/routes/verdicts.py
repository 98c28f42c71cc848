"""The verdict log: pages with filters, and single verdicts."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from api.access import Viewer
from api.models import LevelName, VerdictModel, VerdictPage
from api.problems import RequestFailed
from api.services import Served
from api.verdict_models import VerdictPartPage
from scanners.model import Code, Reason
from verdicts.ledger.reading.queries import FIELDS, BadCursor, Filters, Page, Reader, Sort
from verdicts.model import Action, Direction
from verdicts.record import EPOCH, microseconds

router = APIRouter(prefix="/v1/verdicts", tags=["verdicts"], dependencies=[Viewer])
NO_NUL = r"^[^\x00]*$"
Text = Annotated[str, Field(max_length=256, pattern=NO_NUL)]
BEGINNING = r"With a star at the end: begins so. A star that is meant is written `\*` there."


def _rfc3339(value: object) -> object:
    """Pydantic takes plain numbers for times too; we do not."""
    if isinstance(value, str) and "T" not in value.upper():
        raise ValueError("not a time as in RFC 3339, for example 2026-01-31T12:00:00Z")
    return value


def _known_fields(value: str) -> str:
    for name in value.split(","):
        if name not in FIELDS:
            raise ValueError(f"no verdict has a field {name[:40]!r}; there are {', '.join(FIELDS)}")
    return value


Moment = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    Field(ge=EPOCH, lt=EPOCH.replace(year=9000)),  # beyond, calendars overflow
]


class VerdictFilters(BaseModel):
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
    reason: Reason | None = Field(None, description="A part was not scanned for this reason.")
    true_type: Text | None = None
    clause: Text | None = None
    service: Text | None = None
    enforced: bool | None = Field(None, description="Whether the ruling was carried out.")
    file_name: str | None = Field(
        None, max_length=1026, pattern=NO_NUL, description=f"The file's. {BEGINNING}"
    )
    url: str | None = Field(None, max_length=4098, pattern=NO_NUL, description=BEGINNING)

    def to_filters(self) -> Filters:
        wanted = self.model_dump(mode="json", include=set(VerdictFilters.model_fields))
        return Filters(**{**wanted, "since": _stamp(self.since), "until": _stamp(self.until)})


class ListQuery(VerdictFilters):
    sort: Sort = Field(Sort.NEWEST, description="`-` is descending; of equal size by time.")
    fields: Annotated[str, AfterValidator(_known_fields)] | None = Field(
        None,
        max_length=512,
        description="Only these fields of each verdict, for example `id,time,action`.",
        json_schema_extra={"example": "id,time,action,file_name"},
    )
    cursor: str | None = Field(
        None,
        max_length=64,
        description="`next` of the page before: of the same filters and order.",
    )

    @property
    def wanted(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.fields.split(","))) if self.fields else FIELDS


class VerdictQuery(ListQuery):
    limit: int = Field(100, ge=1, le=1000)


@router.get("", summary="List verdicts", response_model=VerdictPage | VerdictPartPage)
def list_verdicts(services: Served, query: Annotated[VerdictQuery, Query()]) -> JSONResponse:
    """List verdicts, newest first unless `sort` says otherwise.

    Filters that hardly ever meet cost several pages: one with fewer verdicts than `limit`, even
    none, is not the last as long as it has a `next`.
    """
    page = read_page(services.reader, query, query.limit, query.cursor)
    return JSONResponse({"data": page.data, "next": page.next})


@router.get("/{id}", summary="Show one verdict", response_model=VerdictModel)
def show_verdict(services: Served, id: str) -> dict[str, object]:
    row = services.reader.get(id)
    if row is None:
        raise RequestFailed(HTTPStatus.NOT_FOUND, "The log has no verdict of this id.")
    return row


def read_page(reader: Reader, query: ListQuery, limit: int, cursor: str | None) -> Page:
    """Raise RequestFailed if the cursor is none of this list."""
    filters = query.to_filters()
    try:
        return reader.page(filters, limit, cursor, sort=query.sort, fields=query.wanted)
    except BadCursor:
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "Not a cursor of this list: it belongs to other filters or another order, was "
            "changed, or the service was started anew since. Begin at the first page.",
            field="query.cursor",
        ) from None


def _stamp(moment: datetime | None) -> int | None:
    return None if moment is None else microseconds(moment)
