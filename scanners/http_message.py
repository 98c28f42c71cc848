"""A whole HTTP message as a body or as a part: application/http, as batches of requests hold them.

RFC 9112 §10.2; OData and the web interfaces of Google and Microsoft put them into multipart/mixed.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from scanners.body_part import CRLF, LF, MAX_HEADERS, Opened, open_part, read_part
from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.model import Content, Reason, Report

TYPES = frozenset({"application/http", "message/http"})

_START = re.compile(
    rb"(?:\r?\n){0,8}+(?:HTTP/[0-9.]{1,5}+ [0-9]{3}[^\r\n]{0,1000}+"
    rb"|[A-Z]{1,32}+ ([^\s]{1,8192}+)(?: HTTP/[0-9.]{1,5}+)?+)(\r?\n)"
)

_CHUNKED = re.compile(rb"^transfer-encoding[ \t]*:[^\n]*chunked", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class HttpMessageScanner:
    """The body is a child, its codings undone; without a start line the message is malformed."""

    name: str = "http_message"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.declared_type not in TYPES:
            return Report()
        opened = Opened(content.path)
        try:
            start = _START.match(content.view)
            if start is None:
                opened.add_gap(Reason.MALFORMED)
            else:
                _open(content.view[start.end() :], start, opened, budget)
        except ScannerError as error:
            opened.add_gap(error.reason)
        return opened.report(self.name)


def _open(rest: memoryview, start: re.Match[bytes], opened: Opened, budget: Budget) -> None:
    part = read_part(rest, CRLF if start[2] == CRLF else LF, MAX_HEADERS)
    if len(part.body) == len(rest):  # no blank line: no body
        if rest:
            opened.add_gap(Reason.MALFORMED)
        return
    names = part.names or _last_segment(start[1] or b"")
    chunked = _CHUNKED.search(rest, 0, len(rest) - len(part.body)) is not None
    codings = (*part.codings, "chunked") if chunked else part.codings
    # Its length counts a line break before the next mark, or does not: servers go by the mark.
    part = replace(part, clear=True, names=names, encoding="", codings=codings)
    if part.body:
        open_part(part, part.label or "body", opened, budget)


def _last_segment(target: bytes) -> tuple[str, ...]:
    path = target.partition(b"?")[0].decode("utf-8", "replace")
    name = unquote(path.rpartition("/")[2])
    return (name,) if "." in name else ()
