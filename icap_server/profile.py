"""What one kind of ICAP client understands, and so how it is answered."""

from dataclasses import dataclass
from enum import StrEnum


class BlockStyle(StrEnum):
    """What takes the place of a blocked message."""

    PAGE = "page"
    """HTTP 403 with a page that says why."""
    REDIRECT = "redirect"
    """HTTP 302 to a page of the administrator's own."""


class UnscannableStyle(StrEnum):
    """What a client gets for a file that is blocked only because it could not be inspected."""

    BLOCK = "block"
    """The same as for any other blocked file."""
    ERROR = "error"
    """ICAP 500 with X-Error-Code, which says why: the client decides."""


class VerdictField(StrEnum):
    """Header fields that tell of a verdict, each in the words of the servers that invented it."""

    INFECTION_FOUND = "X-Infection-Found"
    """`Type=0; Resolution=2; Threat=Name;` (draft-stecher-icap-subid-00)."""
    VIRUS_ID = "X-Virus-ID"
    VIRUS_NAME = "X-Virus-Name"
    RESPONSE_INFO = "X-Response-Info"
    """One word: Blocked."""
    RESPONSE_DESC = "X-Response-Desc"
    BLOCKED = "X-Blocked"
    BLOCK_REASON = "X-Block-Reason"
    BLOCKED_REASON = "X-Blocked-Reason"


@dataclass(frozen=True, slots=True)
class Profile:
    """A dialect of ICAP.  The defaults suit a client of which nothing is known."""

    name: str = "generic"
    verdict_fields: tuple[VerdictField, ...] = (
        VerdictField.INFECTION_FOUND,
        VerdictField.VIRUS_ID,
        VerdictField.RESPONSE_INFO,
    )
    """Header fields of a blocked answer that tell of the verdict, in their order."""
    violations: bool = False
    """X-Violations-Found too, whose value is folded: some clients refuse folded lines (§4.3.1)."""
    unscannable: UnscannableStyle = UnscannableStyle.BLOCK
    unscannable_type: int = 2
    """Type in X-Infection-Found of a file that could not be inspected: 0 virus, 1 policy,
    2 container; a client may take 2 for a failed scan, not for a threat."""
    block: BlockStyle = BlockStyle.PAGE
    redirect_url: str = ""
    """Where BlockStyle.REDIRECT leads, "{transfer}" in place of the transfer's id; if empty, the
    page takes its place."""
    preview: bool = True
    """OPTIONS asks for a preview."""
    partial: bool = True
    """206 is offered to, and used with, a client that offers it."""
    overload_503: bool = True
    """503 may say that there are too many requests; else the client waits however long it takes."""


GENERIC = Profile()
