"""What the API says, as OpenAPI shows it.  Names, URLs and paths in it are untrusted text."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from scanners.model import Code, DetectionLevel, Family, Reason
from verdicts.ledger.feedback import FeedbackKind
from verdicts.model import Action, Direction, NameSource

LevelName = Literal["clean", "unknown", "suspicious", "malicious"]


class DetectionModel(BaseModel):
    """A scanner recognised something."""

    code: Code
    scanner: str
    name: str = Field(description="The engine's own name of it.")
    level: DetectionLevel
    path: list[str] = Field(
        description="Where in the file: names of the containers around it and its own, such as "
        "the file name of a part of a form; [] is the transferred file."
    )
    detail: str


class UnscannedModel(BaseModel):
    """A part that could not be scanned."""

    scanner: str
    reason: Reason
    path: list[str]


class TypeModel(BaseModel):
    """What a file really is, and everything found inside it."""

    type: str
    mime: str
    family: Family
    kind: str = Field(description="Finer words, such as `dll dotnet`; empty if there are none.")
    name: str = Field(description="A member's own name; empty for the transferred file.")
    children: list["TypeModel"]


class OtherNameModel(BaseModel):
    """One more name of a file; they contradict if `contradicting_names` was detected."""

    source: NameSource = Field(
        description="Where it stood: the proxy's X-scan-file-name, the client's "
        "X-C-ICAP-Client-Original-File, Content-Disposition, or the URL; `target` if receivers "
        "go by the URL, `url` if they prefer another name."
    )
    name: str


class VerdictModel(BaseModel):
    """One transferred file: what is known of it and what was done."""

    id: str = Field(description="UUIDv7; also on the block page and in X-Douane-Transfer.")
    time: datetime
    node: str
    service: str
    direction: Direction
    action: Action
    wanted: Action = Field(description="What would have been done if it were enforced.")
    clause: str = Field(description="The clause of the policy that decided.")
    enforced: bool
    level: LevelName
    channel: str = Field(description='Name of the messaging service, or "unknown".')
    user: str
    client_ip: str
    url: str
    file_name: str = Field(description="The name that was used; empty if nothing named the file.")
    other_names: list[OtherNameModel] = Field(description="All further candidates, at most 8.")
    declared_type: str
    other_types: list[str] = Field(
        description="Types of further Content-Type fields; empty text for what is none."
    )
    true_type: str = Field(description="Our word for what it is; empty if no worker could say.")
    size: int
    sha256: str
    detections: list[DetectionModel]
    unscanned: list[UnscannedModel]
    types: TypeModel | None
    ruleset: str
    clamav: str
    scan_ms: float
    cached: bool


class VerdictPage(BaseModel):
    data: list[VerdictModel]
    next: str | None = Field(description="Give it as `cursor` for the next page; null at the end.")


class DetectionCountModel(BaseModel):
    name: str
    code: Code | Literal["other"]
    count: int


class SummaryModel(BaseModel):
    """Counts of transfers, since <= time < until; what did not occur is absent."""

    since: datetime
    until: datetime
    transfers: int
    bytes: int
    by_action: dict[Action, int]
    by_level: dict[LevelName, int]
    by_channel: dict[str, int]
    bytes_by_channel: dict[str, int]
    by_direction: dict[Direction, int]
    top_detections: list[DetectionCountModel]
    unscanned: dict[Reason, int]
    incomplete: int = Field(description="Transfers of which some part was not inspected.")


class FeedbackModel(BaseModel):
    """What somebody said of a verdict."""

    verdict: str
    author: str = Field(description="Name of the key with which it was given.")
    time: datetime
    kind: FeedbackKind
    reason: str


class FeedbackList(BaseModel):
    data: list[FeedbackModel] = Field(description="Newest first.")


class PartModel(BaseModel):
    """One part of the service."""

    part: str
    ok: bool
    explanation: str = Field(description="What is wrong, or degraded; empty if nothing is.")


class ReadyModel(BaseModel):
    ready: bool
    parts: list[PartModel]


class LiveModel(BaseModel):
    live: Literal[True] = True


class NoQuery(BaseModel):
    """A route without parameters refuses those that it is given."""

    model_config = ConfigDict(extra="forbid")
