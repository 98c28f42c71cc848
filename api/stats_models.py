"""What the statistics say, as OpenAPI shows it.  Keys are untrusted text."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

from verdicts.ledger.stats.buckets import Granularity

Dimension = Literal[
    "action", "level", "channel", "direction", "code", "name", "type", "client_ip", "user"
]


Measure = Literal["transfers", "bytes", "blocked", "held", "unscanned"]


class Width(StrEnum):
    """Of a bucket."""

    MINUTE = "1m"
    HOUR = "1h"
    DAY = "1d"


GRANULARITY = {
    Width.MINUTE: Granularity.MINUTE,
    Width.HOUR: Granularity.HOUR,
    Width.DAY: Granularity.DAY,
}


class TopRowModel(BaseModel):
    key: str
    transfers: int
    bytes: int
    blocked: int = Field(description="Transfers that were blocked, or cut off halfway.")
    held: int = Field(description="Transfers that were held.")
    unscanned: int = Field(description="Transfers of which some part was not inspected.")


class BucketModel(BaseModel):
    time: datetime = Field(description="Start of the bucket; may lie before `since`.")
    counts: dict[str, int] = Field(description="Of `of`, by key; those without are absent.")


class TimeseriesModel(BaseModel):
    """What `of` names by bucket and key, since <= time < until.

    Every bucket of the range is there.  The 20 keys of the range with most of `of` have their own
    counts, the rest is "other"; "" counts transfers of which nothing is known there.
    """

    since: datetime
    until: datetime
    bucket: Width
    by: Dimension
    of: Measure
    data: list[BucketModel]


class TopModel(BaseModel):
    """The keys with most of `of`, since <= time < until, most first.

    "" counts transfers of which nothing is known there, such as their user.
    """

    since: datetime
    until: datetime
    by: Dimension
    of: Measure
    data: list[TopRowModel]
