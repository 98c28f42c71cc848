"""What the statistics say, as OpenAPI shows it.  Keys are untrusted text."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, Field

from verdicts.ledger.stats.buckets import Granularity

Dimension = Literal[
    "action", "level", "channel", "direction", "code", "name", "type", "client_ip", "user"
]


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


class SumModel(BaseModel):
    transfers: int
    bytes: int


class BucketModel(BaseModel):
    time: datetime = Field(description="Start of the bucket; may lie before `since`.")
    counts: dict[str, SumModel] = Field(description="By key; those that did not occur are absent.")


class TimeseriesModel(BaseModel):
    """Counts of transfers by bucket and key, since <= time < until.

    Every bucket of the range is there.  The 20 most frequent keys of the range have their own
    counts, the rest is "other"; "" counts transfers of which nothing is known there.
    """

    since: datetime
    until: datetime
    bucket: Width
    by: Dimension
    data: list[BucketModel]


class TopRowModel(BaseModel):
    key: str
    transfers: int
    bytes: int


class TopModel(BaseModel):
    """The keys with most transfers, since <= time < until, most first.

    "" counts transfers of which nothing is known there, such as their user.
    """

    since: datetime
    until: datetime
    by: Dimension
    data: list[TopRowModel]
