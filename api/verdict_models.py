"""What the API says of chosen fields of verdicts, and of a content, as OpenAPI shows it."""

from datetime import datetime

from pydantic import BaseModel, Field, create_model

from api.models import LevelName, VerdictModel
from scanners.model import Code, DetectionLevel
from verdicts.model import Action

VerdictPart = create_model(
    "VerdictPart",
    __doc__="The fields of a verdict that were asked for.",
    **{  # type: ignore[call-overload]  # fields by name
        name: (field.annotation, Field(default_factory=dict, description=field.description))
        for name, field in VerdictModel.model_fields.items()
    },
)


class VerdictPartPage(BaseModel):
    """A page, if `fields` were asked for."""

    data: list[VerdictPart]
    next: str | None = Field(description="Give it as `cursor` for the next page; null at the end.")


class ContentDetectionModel(BaseModel):
    code: Code
    scanner: str
    name: str = Field(description="The engine's own name of it.")
    level: DetectionLevel
    transfers: int = Field(description="Examined transfers in which it was found.")


class ContentModel(BaseModel):
    """One content, whoever sent it under whatever name."""

    sha256: str
    size: int
    true_type: str
    first_seen: datetime
    last_seen: datetime
    transfers: int
    examined: int = Field(
        description="So many transfers, the newest ones, are what all below counts: 10,000 at most."
    )
    senders: int = Field(description="Users, or addresses where no user is known, that sent it.")
    recipients: int = Field(description="As `senders`, that received it.")
    names: dict[str, int] = Field(description="Transfers by file name: the 50 most frequent ones.")
    by_action: dict[Action, int]
    by_level: dict[LevelName, int]
    by_channel: dict[str, int]
    detections: list[ContentDetectionModel] = Field(description="The 50 most frequent ones.")
    last: VerdictModel = Field(description="The verdict on its last transfer.")
