"""What may be asked of the ledger about requests with an Idempotency-Key."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Answered by `Done`; not done if there is one of this owner and key already."""

    owner: str
    key: str
    now: int
    ask: Literal["claim_request"] = "claim_request"


@dataclass(frozen=True, slots=True)
class KeepAnswer:
    """Answered by `Done`; not done if the request was not claimed."""

    owner: str
    key: str
    fingerprint: str
    """SHA-256, 64 hex digits, of all that makes it the same request."""
    status: int
    headers: str
    """JSON; empty if the answer itself is not kept, only that it was given."""
    body: str
    ask: Literal["keep_answer"] = "keep_answer"


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """Answered by `Done`.  Nothing came of it: the same key may be tried again."""

    owner: str
    key: str
    ask: Literal["release_request"] = "release_request"


RequestChange: TypeAlias = ClaimRequest | KeepAnswer | ReleaseRequest
