"""multipart/* bodies: every part a child (RFC 2046 §5.1, RFC 7578)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners import inflate
from scanners.budget import Budget
from scanners.declared_type import DeclaredType, declared_type
from scanners.errors import ContentMalformed, ScannerError
from scanners.header_parameters import all_values, parse_value
from scanners.model import Content, Reason, Report, Unscanned
from scanners.names import shorten
from scanners.transfer_encoding import DECODERS

MAX_BOUNDARY = 1024
"""Characters.  RFC 2046 allows 70; receivers take more, and what they take has to be seen."""
MAX_HEADERS = 16 * 1024
"""Bytes of header lines of one part."""
KEPT = 4
"""File names of one part kept from either end: receivers take the first or the last one."""
SHORTEST_FOR_CLAMAV = 64
"""Bytes.  clamd sees shorter parts in the body itself, and the EICAR string alone has 68."""

CRLF, LF = b"\r\n", b"\n"

_AFTER_MARK = re.compile(rb"(--)?([ \t]*)(\r?\n|\Z)")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")


@dataclass(frozen=True, slots=True)
class _Part:
    """Where a part's bytes lie, and what its header says of them."""

    body: memoryview
    clear: bool
    """False: no blank line ends its header, or some receiver would see another header."""
    names: tuple[str, ...]
    """File names that receivers may read, the standard's choice first; empty for a plain field."""
    label: str
    declared: DeclaredType
    encoding: str


@dataclass(slots=True)
class _Progress:
    content: Content
    children: list[Content] = field(default_factory=list)
    gaps: set[tuple[Reason, tuple[str, ...]]] = field(default_factory=set)
    wrapped: bool = True
    """Nothing stands before the first mark and behind the last."""


@dataclass(frozen=True, slots=True)
class MultipartScanner:
    """Splits at the boundary that the head declared; tells if receivers could split elsewhere."""

    name: str = "multipart"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or not content.declared_type.startswith("multipart/"):
            return Report()
        boundary = dict(reversed(content.parameters)).get("boundary", "")
        if not 0 < len(boundary) <= MAX_BOUNDARY or not boundary.isascii():
            raise ContentMalformed("no usable boundary")
        progress = _Progress(content)
        try:
            number = 0
            regions = self._regions(boundary, progress, budget)
            for number, (region, line_end) in enumerate(regions, 1):
                self._open(_read(region, number, line_end), progress, budget)
            if not number:
                progress.gaps.add((Reason.MALFORMED, content.path))
        except ScannerError as error:
            progress.gaps.add((error.reason, content.path))
        unscanned = (Unscanned(self.name, reason, path) for reason, path in sorted(progress.gaps))
        return Report(
            unscanned=tuple(unscanned),
            children=tuple(progress.children),
            wrapped=progress.wrapped and not progress.gaps,
        )

    def _regions(
        self, boundary: str, progress: _Progress, budget: Budget
    ) -> Iterator[tuple[memoryview, bytes]]:
        """Yield header and body of each part, and how lines end: as that of the first mark does.

        A mark that is no line of its own, or whose line ends otherwise, makes the body malformed:
        some receivers split there, and some do not.
        """
        view = progress.content.view
        start: int | None = None
        line_end = b""
        outside = 0
        for match in re.finditer(re.escape(b"--" + boundary.encode()), view):
            budget.seconds_left()
            mark, after = match.start(), _AFTER_MARK.match(view, match.end())
            if after is None or (mark > 0 and view[mark - 1] != 0x0A):
                progress.gaps.add((Reason.MALFORMED, progress.content.path))
                continue
            line_end = line_end or after[3] or CRLF
            if not _is_plain(view, mark, after, line_end):
                progress.gaps.add((Reason.MALFORMED, progress.content.path))
            if start is None:
                progress.wrapped &= _is_blank(view[outside:mark])
            else:
                yield view[start : max(start, _line_end(view, mark))], line_end
            outside = after.end()
            start = None if after.group(1) else outside
        if start is None:
            progress.wrapped &= _is_blank(view[outside:])
        elif start < len(view):
            yield view[start:], line_end

    def _open(self, part: _Part, progress: _Progress, budget: Budget) -> None:
        path = (*progress.content.path, part.label)
        if not part.clear or part.encoding not in DECODERS:
            progress.gaps.add((Reason.MALFORMED, path))
        decoder = DECODERS.get(part.encoding)
        if decoder is not None:
            unpacked = inflate.unpack(decoder, part.body, budget, ceiling=None)
            self._add(part, unpacked.view, progress, budget, hidden=True)
            if unpacked.failure is None:
                return
            progress.gaps.add(
                (unpacked.failure.reason, path)
            )  # and receivers may not decode at all
        self._add(part, part.body, progress, budget, hidden=len(part.body) >= SHORTEST_FOR_CLAMAV)

    def _add(
        self, part: _Part, view: memoryview, progress: _Progress, budget: Budget, *, hidden: bool
    ) -> None:
        budget.spend_member()
        name, *others = map(shorten, part.names or ("",))
        child = Content(
            view,
            name=name,
            declared_type=part.declared.media_type,
            parameters=part.declared.parameters,
            path=(*progress.content.path, part.label),
            hidden_from_clamav=hidden,
            other_names=tuple(others),
            other_types=part.declared.others,
        )
        progress.children.append(child)


def _is_blank(outside: memoryview) -> bool:
    return len(outside) <= MAX_BOUNDARY and not bytes(outside).strip()


def _is_plain(view: memoryview, mark: int, after: re.Match[bytes], line_end: bytes) -> bool:
    """Say whether a mark stands between line ends of one kind, without blanks behind it.

    What ends the last mark divides nothing; RFC 2046 allows the blanks, but PHP does not.
    """
    before = bytes(view[max(0, mark - 2) : mark])
    starts = mark == 0 or before == CRLF if line_end == CRLF else not before.startswith(b"\r")
    return starts and (after[1] is not None or (not after[2] and after[3] in (line_end, b"")))


def _line_end(view: memoryview, mark: int) -> int:
    """Return where the line before a mark ends: the line break belongs to the mark."""
    end = mark - 1
    return end - 1 if end > 0 and view[end - 1] == 0x0D else end


def _read(region: memoryview, number: int, line_end: bytes) -> _Part:
    """Split a part at its first blank line; without one, all of it is header and body."""
    if bytes(region[:1]) == LF or bytes(region[:2]) == CRLF:
        blank = 0, 2 if region[0] == 0x0D else 1
    else:
        found = _BLANK_LINE.search(region, 0, MAX_HEADERS)
        blank = found.span() if found else (-1, 0)
    head = bytes(region[:MAX_HEADERS] if blank[0] < 0 else region[: blank[0]])
    headers = _headers(head)
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
    encodings = {value.lower() for value in headers.get("content-transfer-encoding", [""])}
    return _Part(
        body=region[blank[1] :],
        clear=blank[0] >= 0 and _is_clear(bytes(region[: blank[1]]), line_end),
        names=distinct if len(distinct) <= 2 * KEPT else distinct[:KEPT] + distinct[-KEPT:],
        label=shorten(names[0] if names else label) or f"part {number}",
        declared=declared_type(types),
        encoding=", ".join(encodings),
    )


def _is_clear(head: bytes, line_end: bytes) -> bool:
    """Say whether all lines of a header, the blank one included, end as the marks do."""
    return not re.search(rb"[\r\n]", head.replace(line_end, b""))


def _headers(head: bytes) -> dict[str, list[str]]:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    found: dict[str, list[str]] = {}
    for line in re.split(r"\r\n?|\n", _FOLD.sub(" ", text)):
        name, colon, value = line.partition(":")
        if colon:
            found.setdefault(name.strip().lower(), []).append(value.strip())
    return found
