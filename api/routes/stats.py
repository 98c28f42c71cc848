"""Statistics over the verdict log."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.access import Viewer
from api.models import SummaryModel
from api.routes.verdicts import Moment
from api.services import Served
from verdicts.model import utc_now
from verdicts.record import microseconds

router = APIRouter(prefix="/v1/stats", tags=["statistics"], dependencies=[Viewer])
DEFAULT_RANGE = timedelta(hours=24)


class SummaryQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(None, description="RFC 3339; 24 hours before `until` if absent.")
    until: Moment | None = Field(None, description="RFC 3339; now if absent.")


@router.get("/summary", summary="Count transfers", response_model=SummaryModel)
def summary(services: Served, query: Annotated[SummaryQuery, Query()]) -> dict[str, object]:
    """Count transfers, since <= time < until, exactly."""
    until = query.until or utc_now()
    since = query.since or until - DEFAULT_RANGE
    counts = services.reader.summary(microseconds(since), microseconds(until))
    return {"since": since, "until": until, **asdict(counts)}
