"""The ICAP request head: request line and header fields (RFC 3507 §4.3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from icap_server.wire.errors import ProtocolError

METHODS = frozenset({"OPTIONS", "REQMOD", "RESPMOD"})
MAX_LINE = 8 * 1024
"""Apache and nginx allow 8 KiB a line as well."""
MAX_HEAD = 64 * 1024
MAX_FIELDS = 128

# §4.2: ICAP_URI = Scheme ":" Net_Path [ "?" Query ]; the authority is for the client's routing only
ICAP_URI = re.compile(r"(?i:icaps?)://[^/?#\s]+(/[^?#\s]*)?(?:\?([^#\s]*))?")
RELATIVE_URI = re.compile(r"(/[^?#\s]*)(?:\?([^#\s]*))?")  # §4.2 has none; some clients do
VERSION = re.compile(r"ICAP/\d{1,3}\.\d{1,3}")
METHOD = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,20}")  # RFC 9110 §9.1, case-sensitive
# RFC 9110 §5.1 token, §5.5 field value.  No folding: a line that begins with a blank is refused.
# Blanks around a value are stripped afterwards: a pattern for them backtracks over long blanks.
FIELD = re.compile(r"^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\r\n\x00]*)\r\n", re.MULTILINE)
SINGLE = frozenset({"encapsulated", "preview", "host"})
"""Fields that may be repeated only with the same value."""
DIGITS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Head:
    method: str
    service: str
    query: str
    relative: bool
    """The URI lacks scheme and authority."""
    fields: Mapping[str, str]


def parse_head(data: bytes) -> Head:
    """Read a whole head, its final blank line left out but the CRLF before it kept.

    Raises ProtocolError: 400 for a malformed one, 501 for an unknown method (§4.3.3), 505 for
    another version.
    """
    line, _, rest = data.decode("latin-1").partition("\r\n")
    return Head(*_parse_request_line(line), _parse_fields(rest))


@lru_cache(maxsize=128)  # a client sends the same line again and again
def _parse_request_line(line: str) -> tuple[str, str, str, bool]:
    if len(line) > MAX_LINE:
        raise ProtocolError("request line is too long")
    parts = line.split(" ")
    if len(parts) != 3 or not VERSION.fullmatch(parts[2]) or not METHOD.fullmatch(parts[0]):
        raise ProtocolError("malformed request line")
    method, uri, version = parts
    if version != "ICAP/1.0":
        raise ProtocolError("only ICAP/1.0 is spoken here", 505)
    if method not in METHODS:
        raise ProtocolError("unknown method", 501)
    match = ICAP_URI.fullmatch(uri) or RELATIVE_URI.fullmatch(uri)
    if not match or not uri.isprintable():
        raise ProtocolError("malformed ICAP URI")
    return method, (match[1] or "/")[1:], match[2] or "", uri.startswith("/")


def _parse_fields(text: str) -> dict[str, str]:
    found = FIELD.findall(text)
    if len(found) != text.count("\n") or text[-1:] not in ("\n", ""):  # junk in or between lines
        raise ProtocolError("malformed header field")
    if len(found) > MAX_FIELDS:
        raise ProtocolError("too many header fields")
    fields = {name.lower(): value.strip(" \t") for name, value in found}
    if len(fields) != len(found):
        fields = _join_repeated(found)
    if len(text) > MAX_LINE and max(map(len, text.split("\r\n"))) > MAX_LINE:
        raise ProtocolError("header line is too long")
    return fields


def _join_repeated(found: list[tuple[str, str]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for original, text in found:
        name, value = original.lower(), text.strip(" \t")
        if name not in fields:
            fields[name] = value
        elif name not in SINGLE:
            fields[name] += f", {value}"
        elif fields[name] != value:
            raise ProtocolError(f"{name} is given twice with different values")
    return fields


def parse_preview(value: str | None) -> int | None:
    """Return the announced length of the preview, None if there is none (§4.5)."""
    if value is None:
        return None
    if not DIGITS.fullmatch(value):
        raise ProtocolError("Preview is not a number")
    return int(value)


@lru_cache(maxsize=128)
def tokens(value: str | None) -> frozenset[str]:
    """Return the members of a comma list, in lower case (RFC 9110 §5.6.1)."""
    if value is None:
        return frozenset()
    return frozenset(item.strip(" \t").lower() for item in value.split(","))
