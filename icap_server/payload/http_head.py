"""An encapsulated HTTP head, request or response, as a record.

Tolerant where proxies and clients are (RFC 9112 §2.2: a bare line feed ends a line; folded
lines), strict where a reader further on could see another message than this one.
"""

import re
from dataclasses import dataclass

MAX_HEAD = 128 * 1024
"""As much as the wire lets through."""
MAX_FIELDS = 256
"""Apache's limit is 100, nginx has none; pages that set many cookies come near 100."""

# RFC 9112 §3: request-line.  Blanks inside the target are an error of the sender that proxies
# let pass; method and version are then still the first and the last word.
REQUEST_LINE = re.compile(
    r"([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) ([^\x00-\x1f\x7f]+) (HTTP/\d(?:\.\d)?)"
)
# RFC 9112 §4: status-line.  Some servers leave out the blank before an empty reason.
STATUS_LINE = re.compile(r"(HTTP/\d(?:\.\d)?) +([1-9]\d\d)(?: ([^\x00\r\n]*))?")
# RFC 9110 §5.1 token directly before the colon (RFC 9112 §5.1: a blank there means smuggling);
# value without NUL and bare CR (§5.5).  Blanks around a value are stripped afterwards.
FIELD = re.compile(r"^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\r\n\x00]*)\r?$", re.MULTILINE)
FOLD = re.compile(r"\r?\n[ \t]+")
SINGLE = frozenset({"host", "content-length"})
"""Repeated with another value, they mean another message to each reader (RFC 9112 §3.2, §6.3)."""


class HeadMalformed(ValueError):
    """The session answers ICAP 400; the text goes to the log, never to the client."""


@dataclass(frozen=True, slots=True)
class HttpHead:
    """Every text is Latin-1 decoded, one character a byte, and untrusted."""

    version: str
    """HTTP/1.1, HTTP/1.0, HTTP/2 …"""
    fields: tuple[tuple[str, str], ...]
    """Names in lower case, values without blanks around them, in order, repetitions kept."""
    method: str = ""
    """Empty in a response."""
    target: str = ""
    """As sent: absolute, or a path, or host:port for CONNECT."""
    status: int = 0
    """100 to 999; 0 in a request."""

    def first(self, name: str) -> str:
        """Return the value of the first field of that name, in lower case; empty if absent."""
        for known, value in self.fields:
            if known == name:
                return value
        return ""

    def last(self, name: str) -> str:
        """Like `first`, but of the last one: browsers go by the last Content-Type."""
        for known, value in reversed(self.fields):
            if known == name:
                return value
        return ""

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for known, value in self.fields if known == name)


def parse_request_head(data: bytes) -> HttpHead:
    """Read a request head, with or without the blank line at its end; raise HeadMalformed.

    A response head is taken as well: toolarium sends one as req-hdr of a REQMOD.
    """
    if data.startswith(b"HTTP/"):
        return parse_response_head(data)
    line, fields = _split(data)
    match = REQUEST_LINE.fullmatch(line)
    if not match:
        raise HeadMalformed("malformed HTTP request line")
    return HttpHead(match[3], fields, method=match[1], target=match[2].strip(" "))


def parse_response_head(data: bytes) -> HttpHead:
    """Read a response head, with or without the blank line at its end; raise HeadMalformed."""
    line, fields = _split(data)
    match = STATUS_LINE.fullmatch(line)
    if not match:
        raise HeadMalformed("malformed HTTP status line")
    return HttpHead(match[1], fields, status=int(match[2]))


def _split(data: bytes) -> tuple[str, tuple[tuple[str, str], ...]]:
    if len(data) > MAX_HEAD:
        raise HeadMalformed("HTTP head is too long")
    line, _, rest = data.decode("latin-1").partition("\n")
    return line.removesuffix("\r"), _parse_fields(rest)


def _parse_fields(text: str) -> tuple[tuple[str, str], ...]:
    for ending in ("\r\n\r\n", "\n\n", "\r\n", "\n"):
        if text.endswith(ending):
            text = text[: -len(ending)]
            break
    if not text:
        return ()
    if "\n " in text or "\n\t" in text:
        text = FOLD.sub(" ", text)  # RFC 9112 §5.2: as if the fold were blanks
    found = FIELD.findall(text)
    # Every line matched, or something lies between: junk, or a blank line and more after it
    if len(found) != text.count("\n") + 1:
        raise HeadMalformed("malformed HTTP header field")
    if len(found) > MAX_FIELDS:
        raise HeadMalformed("too many HTTP header fields")
    fields = tuple((name.lower(), value.strip(" \t")) for name, value in found)
    _require_single(fields)
    return fields


def _require_single(fields: tuple[tuple[str, str], ...]) -> None:
    seen: dict[str, str] = {}
    for name, value in fields:
        if name in SINGLE and seen.setdefault(name, value) != value:
            raise HeadMalformed(f"{name} is given twice with different values")
