"""What may be asked of the ledger about sessions of the dashboard."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class StartSession:
    """Answered by `Done`; not done if there is no such key.  Sessions that expired go with it."""

    hash: str
    """SHA-256 of what the browser holds, 64 hex digits."""
    key: str
    """Prefix of the API key that signed in."""
    now: int
    expires: int
    """Whatever is done with it, the session ends then; microseconds since 1970 UTC."""
    ask: Literal["start_session"] = "start_session"


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """Answered by `Done`; not done if there is no such session."""

    hash: str
    now: int
    ask: Literal["session_seen"] = "session_seen"


@dataclass(frozen=True, slots=True)
class EndSession:
    """Answered by `Done`; not done if there is no such session."""

    hash: str
    ask: Literal["end_session"] = "end_session"


SessionChange: TypeAlias = StartSession | SessionSeen | EndSession
