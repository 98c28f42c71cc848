"""The Encapsulated field: which HTTP parts follow, and where each begins (RFC 3507 §4.4.1)."""

import re
from dataclasses import dataclass

from icap_server.wire.errors import ProtocolError

MAX_HTTP_HEADS = 128 * 1024
"""Bytes of encapsulated heads.  Squid itself refuses more than 64 KiB a head by default."""

LEGAL: dict[str, set[tuple[str, ...]]] = {  # §4.4.1: encapsulated-list, by method
    "REQMOD": {("req-hdr", "req-body"), ("req-hdr", "null-body"), ("req-body",), ("null-body",)},
    "RESPMOD": {
        ("req-hdr", "res-hdr", "res-body"),
        ("req-hdr", "res-hdr", "null-body"),
        ("req-hdr", "res-body"),
        ("req-hdr", "null-body"),
        ("res-hdr", "res-body"),
        ("res-hdr", "null-body"),
        ("res-body",),
        ("null-body",),
    },
    "OPTIONS": {("opt-body",), ("null-body",)},
}
PART = r"[ \t]*([a-z]{3,4}-[a-z]{3,4})[ \t]*=[ \t]*([0-9]{1,9})[ \t]*"
PARTS = re.compile(f"{PART}(?:,{PART}(?:,{PART})?)?")
ABSENT = (0, 0)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the encapsulated heads lie, in bytes from the end of the ICAP head."""

    request: tuple[int, int]
    """Start and end of the HTTP request head; equal if it is absent."""
    response: tuple[int, int]
    heads: int
    """Length of all heads together: the body begins here."""
    has_body: bool


NOTHING = Layout(ABSENT, ABSENT, 0, has_body=False)


def parse_encapsulated(method: str, value: str | None) -> Layout:
    """Return the layout that `value` states; raise ProtocolError for any other than a legal list.

    OPTIONS may lack the field (§4.10.1 asks for it, Squid leaves it out).  Of any other request
    nobody could tell what it carries, and 204 would sound as if it had been inspected.  A head may
    be empty (ownCloud sends an empty req-hdr), so two offsets may be equal.
    """
    if value is None:
        if method != "OPTIONS":
            raise ProtocolError("Encapsulated is missing")
        return NOTHING
    match = PARTS.fullmatch(value.lower())  # words of a grammar are (RFC 2616 §2.1)
    if not match:
        raise ProtocolError("Encapsulated is not a list of part=offset")
    groups = match.groups()[: match.lastindex]
    names = groups[::2]
    if names not in LEGAL[method]:
        raise ProtocolError(f"{method} cannot encapsulate {', '.join(names)}")
    offsets = tuple(map(int, groups[1::2]))
    if offsets[0] != 0 or list(offsets) != sorted(offsets):
        raise ProtocolError("Encapsulated offsets must start at 0 and not decrease")
    if offsets[-1] > MAX_HTTP_HEADS:
        raise ProtocolError("encapsulated heads are too long")
    return Layout(  # in every legal list req-hdr is the first, and res-hdr stands before the body
        (0, offsets[1]) if names[0] == "req-hdr" else ABSENT,
        (offsets[-2], offsets[-1]) if "res-hdr" in names else ABSENT,
        offsets[-1],
        has_body=names[-1] != "null-body",
    )


def require_whole_head(head: bytes) -> None:
    """Refuse an encapsulated head whose only blank line is not its end.

    Otherwise what is judged here would differ from what the proxy goes on with.
    """
    if head and head.find(b"\r\n\r\n") != len(head) - 4:
        raise ProtocolError("an Encapsulated offset does not fall on the end of a head")
