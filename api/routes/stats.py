"""Statistics over the verdict log."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import to_json

from api.access import Viewer
from api.models import SummaryModel
from api.routes.verdicts import Moment
from api.services import Served
from api.stats_models import GRANULARITY, Dimension, Measure, TimeseriesModel, TopModel, Width
from verdicts.ledger.stats.statistics import TooManyBuckets, timeseries, top
from verdicts.model import utc_now
from verdicts.record import microseconds, rfc3339

router = APIRouter(prefix="/v1/stats", tags=["statistics"], dependencies=[Viewer])
DEFAULT_RANGE = timedelta(hours=24)


class RangeQuery(BaseModel):
    """since <= time < until; `ends` fills in what was not given."""

    model_config = ConfigDict(extra="forbid")

    since: Moment | None = Field(None, description="RFC 3339; 24 hours before `until` if absent.")
    until: Moment | None = Field(None, description="RFC 3339; now if absent.")

    @field_validator("until")
    @classmethod
    def follows_since(cls, until: datetime | None, values: ValidationInfo) -> datetime | None:
        since = values.data.get("since")
        if since is not None and until is not None and until <= since:
            raise ValueError("not after `since`")
        return until

    def ends(self) -> tuple[datetime, datetime]:
        """Return since and until; raise RequestValidationError if nothing lies between."""
        until = self.until or utc_now()
        since = self.since or until - DEFAULT_RANGE
        if since >= until:
            raise _wrong("since", "It lies in the future, and there is no `until` behind it.")
        return since, until


class TimeseriesQuery(RangeQuery):
    bucket: Width = Field(Width.HOUR, description="At most 1,500 of them.")
    by: Dimension = "action"
    of: Measure = Field("transfers", description="What is counted.")


class TopQuery(RangeQuery):
    by: Dimension
    of: Measure = Field("transfers", description="What the keys are ranked by.")
    limit: int = Field(100, ge=1, le=1000)


@router.get("/summary", summary="Count transfers", response_model=SummaryModel)
def summary(services: Served, query: Annotated[RangeQuery, Query()]) -> dict[str, object]:
    """Count transfers, since <= time < until, exactly."""
    since, until = query.ends()
    counts = services.reader.summary(microseconds(since), microseconds(until))
    return {"since": since, "until": until, **asdict(counts)}


@router.get(
    "/timeseries", summary="Count transfers by time and key", response_model=TimeseriesModel
)
def show_timeseries(services: Served, query: Annotated[TimeseriesQuery, Query()]) -> Response:
    """Count what `of` names, since <= time < until, exactly; a bucket at an end may be cut off."""
    since, until = query.ends()
    stamps = microseconds(since), microseconds(until)
    with services.reader.connect() as connection:
        try:
            buckets = timeseries(
                connection, *stamps, GRANULARITY[query.bucket], query.by, of=query.of
            )
        except TooManyBuckets as error:
            raise _wrong("bucket", f"Too narrow: {error}.") from None
    data = [
        {
            "time": rfc3339(one.start),
            "counts": one.counts,
        }
        for one in buckets
    ]
    about = {"bucket": query.bucket, "by": query.by, "of": query.of}
    return _answer(since, until, {**about, "data": data})


@router.get("/top", summary="List the most frequent keys", response_model=TopModel)
def show_top(services: Served, query: Annotated[TopQuery, Query()]) -> Response:
    """List the keys with most transfers, or most of what `of` names, since <= time < until.

    Exact for keys that are among the 1,000 most frequent of each minute, hour, day, week and month.
    """
    since, until = query.ends()
    stamps = microseconds(since), microseconds(until)
    with services.reader.connect() as connection:
        rows = top(connection, query.by, *stamps, query.limit, of=query.of)
    about = {"by": query.by, "of": query.of}
    return _answer(since, until, {**about, "data": [asdict(row) for row in rows]})


def _answer(since: datetime, until: datetime, rest: dict[str, object]) -> Response:
    """Return JSON as it is: to validate 30,000 counts of ours takes longer than to count them."""
    body = {"since": rfc3339(microseconds(since)), "until": rfc3339(microseconds(until)), **rest}
    return Response(to_json(body), media_type="application/json")


def _wrong(field: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"type": "range", "loc": ("query", field), "msg": message}])
