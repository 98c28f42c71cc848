"""What the layers around the routes know of one request and its answer."""

import hashlib
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import HTTPConnection
from starlette.types import Scope


@dataclass(slots=True)
class Exchange:
    """One request and its answer, for as long as they last."""

    request_id: str
    headers: dict[str, str] = field(default_factory=dict)
    """Go with the answer, whatever it is."""
    secret: bool = False
    """The answer holds a secret: it is neither compressed, nor tagged, nor kept to be replayed."""
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    """Of the body as far as it was read; only if it has an Idempotency-Key."""
    claim: tuple[str, str] | None = None
    """Owner and Idempotency-Key, if this request was the first to come with them."""


def exchange_of(scope: Scope) -> Exchange:
    return cast(Exchange, scope["exchange"])


def keep_secret(request: HTTPConnection) -> None:
    """Say that the answer will hold a secret, such as a new key, or the token of a form.

    Compressed, its length would tell who can have us repeat chosen text beside the secret what
    the secret is (BREACH); kept to be replayed, it would lie in the database.
    """
    exchange_of(request.scope).secret = True
