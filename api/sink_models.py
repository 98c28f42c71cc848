"""What the API says of the receivers of events."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class SinkModel(BaseModel):
    """Where events are sent, and how far that is.  Addresses and secrets are not shown."""

    name: str
    kind: Literal["webhook", "syslog", "splunk", "export"]
    position: int | None = Field(
        description="Number of the last event that was taken out of the log for it; null before "
        "the courier first saw it."
    )
    behind: int = Field(description="Events in the log behind that one, of whatever kind.")
    waiting: int = Field(description="Events that failed and are sent again later.")
    error: str = Field(description="Why it does not get on; empty if it does.")
    disabled: datetime | None = Field(
        description="Since when; null if it is not. A receiver that answers 410 disables its sink."
    )


class SinkList(BaseModel):
    data: list[SinkModel]
