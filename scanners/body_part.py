"""One part of a message: its header read, its body decoded (RFC 2045, 2183, 7578)."""

import re
from dataclasses import dataclass, field

from scanners import inflate
from scanners.budget import Budget
from scanners.declared_type import DeclaredType, declared_type
from scanners.header_parameters import all_values, parse_value
from scanners.model import Content, Reason, Report, Unscanned
from scanners.names import shorten
from scanners.transfer_encoding import DECODERS

MAX_HEADERS = 16 * 1024
"""Bytes of header lines of one part."""
KEPT = 4
"""File names of one part kept from either end: receivers take the first or the last one."""
SHORTEST_FOR_CLAMAV = 64
"""Bytes.  clamd sees shorter parts in the body itself, and the EICAR string alone has 68."""

CRLF, LF = b"\r\n", b"\n"

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t\v\f]+")
_LINE = re.compile(r"\r\n?|\n")

_NAME = re.compile(r"[!-9;-~]+")

Headers = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """Where a part's bytes lie, and what its header says of them."""

    body: memoryview
    clear: bool
    """False: no blank line ends its header, or some receiver would read it otherwise."""
    names: tuple[str, ...]
    """File names that receivers may read, the standard's choice first; empty for a plain field."""
    label: str
    """What it is called in paths; empty if nothing names it."""
    declared: DeclaredType
    encoding: str
    codings: tuple[str, ...]
    """HTTP content codings, which some senders put on a part, in the order applied."""


@dataclass(slots=True)
class Opened:
    """What was found in one message so far."""

    path: tuple[str, ...]
    children: list[Content] = field(default_factory=list)
    gaps: set[tuple[Reason, tuple[str, ...]]] = field(default_factory=set)
    wrapped: bool = True
    """Around the parts is nothing but what divides them."""

    def add_gap(self, reason: Reason, *label: str) -> None:
        self.gaps.add((reason, (*self.path, *label)))

    def report(self, scanner: str) -> Report:
        unscanned = (Unscanned(scanner, reason, path) for reason, path in sorted(self.gaps))
        return Report(
            unscanned=tuple(unscanned),
            children=tuple(self.children),
            wrapped=self.wrapped and not self.gaps,
        )


def read_part(
    region: memoryview,
    line_end: bytes,
    most: int = MAX_HEADERS,
    *,
    may_lack_body: bool = False,
    counted: bool = True,
) -> Part:
    """Split at the first blank line; without one in `most` bytes, all is header and body.

    With `may_lack_body` a header alone is a part, too: mail has such (RFC 2046 §5.1.1), but readers
    of forms take the line break before the next mark for the blank line, and miss the mark.
    With `counted` a Content-Length has to be right; in mail it is what some mailbox or gateway said
    before line ends changed, and nobody goes by it.
    """
    if bytes(region[:1]) == LF or bytes(region[:2]) == CRLF:
        blank = 0, 2 if region[0] == 0x0D else 1
    else:
        found = _BLANK_LINE.search(region, 0, most)
        blank = found.span() if found else (-1, 0)
        if not found and may_lack_body and bytes(region[-len(line_end) :]) == line_end:
            blank = len(region) - len(line_end), len(region)
    head = bytes(region[:most] if blank[0] < 0 else region[: blank[0]])
    headers, whole = _headers(head)
    body = region[blank[1] :]
    names: list[str] = []
    label = ""
    for value in headers.get("content-disposition", []):
        _, parameters = parse_value(value)
        names += all_values(parameters, "filename")
        label = label or next(iter(all_values(parameters, "name")), "")
    types = headers.get("content-type", [])
    for value in types:
        names += all_values(parse_value(value)[1], "name")
    distinct = tuple(dict.fromkeys(names))
    whole &= blank[0] >= 0 and _is_clear(bytes(region[: blank[1]]), line_end)
    # Python's cgi reads as many bytes as this says, marks or not.
    lengths = headers.get("content-length", []) if counted else []
    whole &= all(length == str(len(body)) for length in lengths)
    return Part(
        body=body,
        clear=whole,
        names=distinct if len(distinct) <= 2 * KEPT else distinct[:KEPT] + distinct[-KEPT:],
        label=shorten(names[0] if names else label),
        declared=declared_type(types),
        encoding=", ".join(_words(headers, "content-transfer-encoding")),
        codings=tuple(_words(headers, "content-encoding")),
    )


def open_part(
    part: Part, label: str, opened: Opened, budget: Budget, *, undecoded: bool = False
) -> None:
    """Add what a part holds, decoded; with `undecoded` also as it lies there, if that differs."""
    if not part.clear or part.encoding not in DECODERS:
        opened.add_gap(Reason.MALFORMED, label)
    decoder = DECODERS.get(part.encoding)
    raw_too = decoder is None or undecoded
    if decoder is not None:
        unpacked = inflate.unpack(decoder, part.body, budget, ceiling=None)
        _add(part, unpacked.view, label, opened, budget, hidden=True)
        if unpacked.failure is not None:  # and receivers may not decode at all
            opened.add_gap(unpacked.failure.reason, label)
            raw_too = True
        raw_too &= unpacked.view != part.body
    if raw_too:
        hidden = len(part.body) >= SHORTEST_FOR_CLAMAV
        _add(part, part.body, label, opened, budget, hidden=hidden)


def _add(
    part: Part, view: memoryview, label: str, opened: Opened, budget: Budget, *, hidden: bool
) -> None:
    name, *others = map(shorten, part.names or ("",))
    for codings in dict.fromkeys(((), part.codings)):  # few receivers undo a coding of a part
        budget.spend_member()
        child = Content(
            view,
            name=name,
            declared_type=part.declared.media_type,
            parameters=part.declared.parameters,
            codings=codings,
            path=(*opened.path, label),
            hidden_from_clamav=hidden and not codings,
            other_names=tuple(others),
            other_types=part.declared.others,
        )
        opened.children.append(child)


def _words(headers: Headers, name: str) -> list[str]:
    """Return the distinct words of all fields of a name, in lower case and in order."""
    listed = ",".join(headers.get(name, [])).lower().split(",")
    return list(dict.fromkeys(word.strip() for word in listed if word.strip()))


def _is_clear(head: bytes, line_end: bytes) -> bool:
    """Say whether all lines of a header, the blank one included, end as the marks do."""
    return not re.search(rb"[\r\n]", head.replace(line_end, b""))


def _headers(head: bytes) -> tuple[Headers, bool]:
    """Return the fields, and whether every line is one.

    PHP adds any other line to the one before, Python's email takes it for the body.
    """
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    found: Headers = {}
    whole = True
    for line in _LINE.split(_FOLD.sub(" ", text)):
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), []).append(value.strip())
        whole &= bool(_NAME.fullmatch(name) if colon else not line)
    return found, whole
