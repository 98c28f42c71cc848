"""Keys and rows of the audit, as OpenAPI shows them."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from verdicts.ledger.access.scopes import Scope
from verdicts.ledger.questions import Role

NAME_LENGTH = 256
SHOWN_CHARACTERS = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
KEY: JsonDict = {
    "prefix": "dk_AbCdEfGh",
    "name": "grafana",
    "role": "viewer",
    "scopes": ["stats", "metrics"],
    "created": "2026-01-31T12:00:00.000000Z",
    "expires": "2026-05-01T12:00:00.000000Z",
    "revoked": None,
    "last_used": None,
}


class KeyModel(BaseModel):
    """An API key, without its secret."""

    model_config = ConfigDict(json_schema_extra={"example": KEY})

    prefix: str = Field(description="Its first characters: what keys are told apart by.")
    name: str
    role: Role
    scopes: list[str] = Field(description="What it is limited to; []: all that its role may do.")
    created: datetime
    expires: datetime | None
    revoked: datetime | None
    last_used: datetime | None = Field(description="To about ten minutes.")


class KeyList(BaseModel):
    data: list[KeyModel] = Field(description="Oldest first, the revoked and expired ones too.")


class NewKey(BaseModel):
    """What the key is for, and what it may do."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "grafana", "scopes": ["stats", "metrics"]}},
    )

    name: str = Field(max_length=NAME_LENGTH, pattern=SHOWN_CHARACTERS)
    role: Role = Role.VIEWER
    scopes: list[Scope] = Field([], max_length=len(Scope), description="[]: all of the role.")
    expires: AwareDatetime | None = Field(None, description="RFC 3339; null: never.")


class CreatedKeyModel(KeyModel):
    """A new key.  It is shown this once and kept nowhere."""

    model_config = ConfigDict(json_schema_extra={"example": {**KEY, "key": "dk_AbCdEfGh…"}})

    key: str = Field(description="The whole key: `Authorization: Bearer` and this.")


class AuditModel(BaseModel):
    """Who changed or revealed what."""

    id: int = Field(description="From 1, without gaps.")
    time: datetime | None = Field(description="null if somebody wrote what is no time.")
    actor: str = Field(description="Name of the key or person; `command line`.")
    credential: str = Field(description="Prefix of the key, `oidc:` and the subject, or the uid.")
    address: str = Field(description="Where the request came from; empty on the command line.")
    action: str = Field(description="Such as `key.created`; `denied` for what was refused.")
    about: str = Field(description="What it was done to.")
    before: Any = Field(description="null if there was nothing.")
    after: Any = Field(description="null if there is nothing.")
    request: str = Field(description="X-Request-ID of the answer.")
    hash: str = Field(
        description="HMAC-SHA-256 over this row and the hash of the one before; "
        "empty if somebody wrote what is none."
    )


class AuditPage(BaseModel):
    data: list[AuditModel] = Field(description="Newest first.")
    next: str | None = Field(description="Give it as `cursor` for the next page; null at the end.")
