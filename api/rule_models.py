"""What the API says of rules.  Names and texts are those of analysts, not of strangers."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from api.models import FeedbackModel
from scanners.model import DetectionLevel

Basis = Literal["published strings", "file names", "traits"]


class RuleModel(BaseModel):
    """A YARA rule or a ClamAV signature, and what it found."""

    name: str
    engine: Literal["yara", "clamav"]
    level: DetectionLevel
    status: str = Field(description="testing, stable or deprecated; empty for a signature.")
    score: int | None = Field(description="0 to 100, if its author gave one.")
    basis: Basis | None = Field(
        description="What it rests on as a rule for this; null if the catalogue does not name it."
    )
    hits: int = Field(description="Transfers in which it was found.")
    last_hit: datetime | None = Field(description="Of all that the log holds.")
    false_positives: int = Field(description="Those of the hits that somebody called harmless.")
    false_positive_rate: float | None = Field(description="0 to 1; null without hits.")
    flagged: bool = Field(description="The rate is above the one of the settings.")


class CatalogueModel(BaseModel):
    """A family of worms, or a technique."""

    name: str
    named_in_articles: bool = Field(
        description="Named by the articles that the product started from."
    )
    kind: Literal["family", "technique"]
    aliases: list[str]
    first_seen: str = Field(description="As published; empty if nothing is.")
    networks: list[str]
    transport: str
    basis: Literal["published strings", "file names", "traits", "none"] = Field(
        description="The strongest that any rule has; `none`: no rule covers it."
    )
    about: str
    references: list[str]
    rules: list[RuleModel]


class RulesModel(BaseModel):
    """The catalogue of the active set; counts are of since <= time < until."""

    ruleset: str
    since: datetime
    until: datetime
    data: list[CatalogueModel] = Field(
        description="Those that the articles name, then families, then techniques."
    )


class DayModel(BaseModel):
    day: str = Field(description="2026-11-23, in UTC.")
    hits: int


class HitModel(BaseModel):
    verdict: str
    time: datetime


class CoveredModel(BaseModel):
    """What the catalogue says a rule covers."""

    name: str
    kind: Literal["family", "technique"]
    basis: Basis


class RuleDetailModel(RuleModel):
    """One rule; counts are of the last 30 days."""

    ruleset: str
    file: str
    line: int
    papers: dict[str, str | int | bool] = Field(
        description="What a YARA rule says of itself; empty for a signature."
    )
    source: str = Field(description="The file of a YARA rule, the line of a signature.")
    covers: list[CoveredModel]
    days: list[DayModel] = Field(description="The last 30 days; those without hits are absent.")
    recent: list[HitModel] = Field(description="The last 20 transfers, newest first.")
    feedback: list[FeedbackModel] = Field(description="The last 20 on its hits, newest first.")
