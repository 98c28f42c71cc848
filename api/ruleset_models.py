"""What the API says of rule sets.  Notes, names and event data may hold anybody's text."""

from datetime import datetime

from pydantic import BaseModel, Field

from verdicts.ledger.event_log.new_events import EventKind
from verdicts.rulesets.records import Status


class RulesetModel(BaseModel):
    """A stored rule set."""

    id: str = Field(description="16 hex digits that stand for its content.")
    status: Status
    made: datetime = Field(description="When it was taken in.")
    author: str
    note: str
    origin: str = Field(description="Where it came from.")
    signed_by: str = Field(description="The trusted key that signed it; empty if none did.")
    why: str = Field(description="Reason of its status, above all of `refused`.")
    base: str = Field(description="The set whose edits over REST led to it; empty without edits.")


class RulesetList(BaseModel):
    data: list[RulesetModel] = Field(description="Those taken in last first.")


class FileModel(BaseModel):
    path: str
    sha256: str


class RulesetDetail(RulesetModel):
    files: list[FileModel]


class ChangeModel(BaseModel):
    added: list[str]
    removed: list[str]
    changed: list[str]


class ListChangeModel(BaseModel):
    file: str
    added: list[str] = Field(description="Lines; passwords are not shown.")
    removed: list[str]


class DiffModel(BaseModel):
    """What the set has that the other one has not, and the reverse."""

    ruleset: str
    against: str | None = Field(description="The other set; null: nothing.")
    files: ChangeModel
    rules: ChangeModel = Field(description="YARA rules and ClamAV signatures.")
    lists: list[ListChangeModel]


class HistoryModel(BaseModel):
    """A step in the life of a set."""

    time: datetime
    actor: str
    action: str
    ruleset: str
    former: str = Field(description="The set that was active until then; empty if that stayed.")
    why: str
    added: list[str]
    removed: list[str]
    changed: list[str]


class HistoryList(BaseModel):
    data: list[HistoryModel] = Field(description="Newest first.")


class EventModel(BaseModel):
    """Something that happened to a rule set, or a transfer of which a set thinks otherwise."""

    id: int
    time: datetime
    kind: EventKind
    ruleset: str
    verdict: str | None
    data: dict[str, object]


class EventPage(BaseModel):
    data: list[EventModel] = Field(description="Newest first.")
    next: int | None = Field(description="Give it as `cursor` for the next page; null at the end.")


class ShadowPage(EventPage):
    """How a staged set does: counts of all fronts since it was staged there, and single cases."""

    ruleset: str
    compared: int
    would_block: int = Field(description="Passed, and would have been blocked or held.")
    would_pass: int = Field(description="The other way round.")
    rate: float | None = Field(description="would_block of those compared, 0 to 1; null without.")
    skipped: int = Field(description="Not compared: the front was busy.")
    failed: int = Field(description="Not compared: it ran out of time, or broke.")
    unlisted: int = Field(description="Counted, but not among the cases: too many at once.")
