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


@dataclass(frozen=True, slots=True)
class Profile:
    """A dialect of ICAP.  The defaults suit a client of which nothing is known."""

    name: str = "generic"
    verdict_fields: tuple[str, ...] = ("X-Infection-Found", "X-Virus-ID", "X-Response-Info")
    """Header fields of a blocked answer that tell of the verdict, in their order."""
    violations: bool = False
    """X-Violations-Found too, whose value is folded: some clients refuse folded lines (§4.3.1)."""
    unscannable: UnscannableStyle = UnscannableStyle.BLOCK
    block: BlockStyle = BlockStyle.PAGE
    preview: bool = True
    """OPTIONS asks for a preview."""
    overload_503: bool = True
    """503 may say that there are too many requests; else the client waits however long it takes."""


GENERIC = Profile()
