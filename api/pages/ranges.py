"""The range of time that a page is about: four short ones, or any."""

import math
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from api.problems import RequestFailed
from api.routes.verdicts import Moment
from verdicts.ledger.stats.buckets import WIDTHS, Granularity
from verdicts.model import utc_now
from verdicts.record import EPOCH, microseconds

RangeName = Literal["1h", "24h", "7d", "30d"]
LENGTHS: dict[RangeName, timedelta] = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
MOST_BARS = 250
LONGEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Range:
    """Microseconds since 1970 UTC: since <= time < until."""

    since: int
    until: int
    name: RangeName | None
    """None: chosen by hand."""

    @property
    def bucket(self) -> Granularity:
        """The finest that gives a chart that can still be read."""
        length = self.until - self.since
        fine = (one for one in WIDTHS if length / WIDTHS[one] <= MOST_BARS)
        return next(fine, Granularity.MONTH)

    @property
    def before(self) -> "Range":
        """As long, and just before."""
        return Range(2 * self.since - self.until, self.since, None)


class RangeQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    range: RangeName = "24h"
    since: Moment | None = Field(None)
    until: Moment | None = Field(None)

    @field_validator("since", "until", mode="before")
    @classmethod
    def _in_utc(cls, value: object) -> object:
        return from_form(value)


def from_form(value: object) -> object:
    """Return the time of a form as RFC 3339: browsers send neither zone nor, at times, seconds."""
    if isinstance(value, str) and len(value) in {16, 19} and value[10:11] == "T":
        return f"{value}Z"
    return value or None


def chosen_range(query: RangeQuery) -> Range:
    """Return the range that an address asks for; `since` or `until` outdo `range`."""
    if query.since is None and query.until is None:
        # Up to the end of the running minute: nothing of it is cut off, and no edge is counted
        until = math.ceil(microseconds(utc_now()) / 60e6) * 60_000_000
        return Range(until - _length(LENGTHS[query.range]), until, query.range)
    last = query.until or utc_now()
    first = query.since or last - LENGTHS[query.range]
    if not EPOCH < last - LONGEST < first < last:
        raise RequestFailed(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The range must begin before it ends, within ten years.",
        )
    return Range(microseconds(first), microseconds(last), None)


def _length(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
