"""The audit over REST: who changed or revealed what."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.access import Admin
from api.access_models import AuditPage
from api.routes.verdicts import Moment
from api.services import Served
from verdicts.ledger.access.audit import AuditFilters, audit_page
from verdicts.ledger.access.audit_rows import as_shown
from verdicts.record import microseconds

router = APIRouter(prefix="/v1/audit", tags=["access"])
LARGEST = 2**63 - 1
Text = Annotated[str, Field(max_length=512, pattern=r"^[^\x00]*$")]


class AuditQuery(BaseModel):
    """All given filters must match, exactly."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(None, description="RFC 3339: since <= time < until.")
    until: Moment | None = None
    actor: Text | None = None
    action: Text | None = Field(None, description="Such as `key.created`, or `denied`.")
    about: Text | None = None
    limit: int = Field(100, ge=1, le=1000)
    cursor: str | None = Field(
        None, pattern="^-?[0-9]{1,19}$", description="`next` of the page before."
    )


@router.get("", summary="List changes and reveals, newest first", response_model=AuditPage)
def list_audit(
    services: Served, key: Admin, query: Annotated[AuditQuery, Query()]
) -> dict[str, object]:
    """Rows vouch for each other; `douane audit verify` tells if all are there, unchanged."""
    filters = AuditFilters(
        since=None if query.since is None else microseconds(query.since),
        until=None if query.until is None else microseconds(query.until),
        actor=query.actor,
        action=query.action,
        about=query.about,
    )
    # Rows that somebody wrote by hand have whatever number a database counts to
    before = None if query.cursor is None else max(-LARGEST, min(int(query.cursor), LARGEST))
    with services.reader.connect() as connection:
        rows = audit_page(connection, filters, query.limit + 1, before)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    return {"data": list(map(as_shown, shown)), "next": str(shown[-1].id) if more else None}
