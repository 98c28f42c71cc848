"""What is asked of the ledger about the audit: one row for each change and each reveal."""

import hashlib
import json
from dataclasses import dataclass
from typing import Literal

CONTENT_BYTES = 16 * 1024
"""Of `before` and of `after`; of what is longer only its digest is kept."""
LENGTHS = {
    "actor": 256,
    "credential": 320,
    "address": 64,
    "action": 64,
    "about": 512,
    "request": 64,
}
"""Characters of each text; the rest is cut off."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what; `audit_row` makes one of whatever texts there are."""

    time: int
    """Microseconds since 1970 UTC."""
    actor: str
    """Name of the key or person; "command line" if it came from there."""
    credential: str
    """Prefix of the key, "oidc:" and the subject, or "uid N"."""
    address: str
    """Of the client; empty on the command line."""
    action: str
    """Such as `key.created`."""
    about: str
    """What it was done to: a prefix of a key, an id of a rule set or of a verdict."""
    before: str
    """JSON; empty if there was nothing."""
    after: str
    """JSON; empty if there is nothing."""
    request: str
    """Request id of the API."""


@dataclass(frozen=True, slots=True)
class AddAudit:
    """Answered by `Done`."""

    row: AuditRow
    ask: Literal["add_audit"] = "add_audit"


def audit_row(
    time: int,
    actor: str,
    action: str,
    about: str,
    *,
    before: object = None,
    after: object = None,
    credential: str = "",
    address: str = "",
    request: str = "",
) -> AuditRow:
    """Return the row; texts may be hostile and of any length, `before` and `after` become JSON."""
    texts = {
        "actor": actor,
        "credential": credential,
        "address": address,
        "action": action,
        "about": about,
        "request": request,
    }
    fitting = {name: _storable(text)[: LENGTHS[name]] for name, text in texts.items()}
    return AuditRow(time=time, before=_json(before), after=_json(after), **fitting)


def check_audit(row: AuditRow) -> None:
    """Raise ValueError for what `audit_row` never makes."""
    for name, longest in LENGTHS.items():
        if len(getattr(row, name)) > longest:
            raise ValueError(f"{name} has more than {longest} characters")
    for text in (row.before, row.after):
        if len(text.encode()) > CONTENT_BYTES:
            raise ValueError(f"more than {CONTENT_BYTES} bytes before or after a change")
        if text:
            json.loads(text)
    if not row.action or row.time < 0:
        raise ValueError("no action, or no time since 1970")


def _storable(text: str) -> str:
    """Return text that every database takes and gives back as it is."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _json(value: object) -> str:
    if value is None:
        return ""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    if len(text) <= CONTENT_BYTES:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()
    return json.dumps({"bytes": len(text), "sha256": digest})
