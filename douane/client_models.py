"""What the REST API answers, as far as our client reads it; written from its OpenAPI document.

What a newer service says beyond that is kept.  Every text is untrusted: `printable` before it is
shown.
"""

from datetime import datetime
from typing import TypedDict

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class DetectionModel(Answer):
    code: str
    scanner: str
    name: str
    level: str
    path: list[str]
    detail: str


class UnscannedModel(Answer):
    scanner: str
    reason: str
    path: list[str]


class VerdictModel(Answer):
    """One transferred file."""

    id: str
    time: datetime
    direction: str
    action: str
    clause: str
    enforced: bool
    level: str
    channel: str
    user: str
    client_ip: str
    url: str
    file_name: str
    declared_type: str
    true_type: str
    size: int
    sha256: str
    detections: list[DetectionModel]
    unscanned: list[UnscannedModel]
    ruleset: str
    clamav: str
    scan_ms: float
    cached: bool


class VerdictPage(Answer):
    data: list[VerdictModel]
    next: str | None


class DetectionCountModel(Answer):
    name: str
    code: str
    count: int


class SummaryModel(Answer):
    """Counts of transfers, since <= time < until; what did not occur is absent."""

    since: datetime
    until: datetime
    transfers: int
    bytes: int
    by_action: dict[str, int]
    by_level: dict[str, int]
    by_channel: dict[str, int]
    by_direction: dict[str, int]
    top_detections: list[DetectionCountModel]
    unscanned: dict[str, int]
    incomplete: int


class TopRowModel(Answer):
    key: str
    transfers: int
    bytes: int
    blocked: int
    held: int
    unscanned: int


class BucketModel(Answer):
    time: datetime
    counts: dict[str, int]


class TimeseriesModel(Answer):
    """Every bucket of the range, in order."""

    bucket: str
    by: str
    of: str
    data: list[BucketModel]


class TopModel(Answer):
    """Most of `of` first."""

    by: str
    of: str
    data: list[TopRowModel]


class PartModel(Answer):
    part: str
    ok: bool
    explanation: str


class ReadyModel(Answer):
    ready: bool
    parts: list[PartModel]


class FieldProblem(Answer):
    where: str
    message: str


class Problem(Answer):
    """RFC 9457."""

    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None


class Range(TypedDict, total=False):
    """since <= time < until."""

    since: datetime
    until: datetime


class Filters(Range, total=False):
    """What lists and exports of verdicts are filtered and sorted by."""

    action: str
    level: str
    channel: str
    direction: str
    user: str
    client_ip: str
    sha256: str
    code: str
    name: str
    reason: str
    true_type: str
    clause: str
    service: str
    enforced: bool
    file_name: str
    url: str
    sort: str
