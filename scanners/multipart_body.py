"""multipart/* bodies: where parts begin and end, and whether all receivers agree on it.

RFC 2046 §5.1, RFC 7578.  What a mark that only some receivers see divides is malformed.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from scanners.body_part import CRLF, Opened, open_part, read_part
from scanners.budget import Budget
from scanners.declared_type import DeclaredType
from scanners.errors import ContentMalformed, ScannerError
from scanners.model import Content, Reason

MAX_BOUNDARY = 1024
"""Characters.  RFC 2046 allows 70; receivers take more, and what they take has to be seen."""
MAIL = DeclaredType("message/rfc822", (), ())

_AFTER_MARK = re.compile(rb"(--)?([ \t]*)(\r?\n|\Z)")


def split_body(content: Content, budget: Budget) -> Opened:
    """Return the parts of a body of the declared type; raise ContentMalformed if it has no marks.

    Receivers of forms mostly leave Content-Transfer-Encoding alone (RFC 7578 §4.7), those of mail
    never do: parts of a form are told both ways.
    """
    boundary = dict(reversed(content.parameters)).get("boundary", "")
    if not 0 < len(boundary) <= MAX_BOUNDARY or not boundary.isascii():
        raise ContentMalformed("no usable boundary")
    opened = Opened(content.path)
    form = content.declared_type == "multipart/form-data"
    try:
        number = 0
        regions = _regions(content.view, boundary, opened, budget)
        for number, (region, line_end) in enumerate(regions, 1):
            part = read_part(region, line_end, may_lack_body=not form)
            if content.declared_type == "multipart/digest" and not part.declared.media_type:
                part = replace(part, declared=MAIL)  # RFC 2046 §5.1.5
            open_part(part, part.label or f"part {number}", opened, budget, undecoded=form)
        if not number:
            opened.add_gap(Reason.MALFORMED)
    except ScannerError as error:
        opened.add_gap(error.reason)
    return opened


def _regions(
    view: memoryview, boundary: str, opened: Opened, budget: Budget
) -> Iterator[tuple[memoryview, bytes]]:
    """Yield header and body of each part, and how lines end: as that of the first mark does.

    A mark that is no line of its own, or whose line ends otherwise, makes the body malformed:
    some receivers split there, and some do not.
    """
    start: int | None = None
    line_end = b""
    outside = 0
    for match in re.finditer(re.escape(b"--" + boundary.encode()), view):
        budget.seconds_left()
        mark, after = match.start(), _AFTER_MARK.match(view, match.end())
        if after is None or (mark > 0 and view[mark - 1] != 0x0A):
            opened.add_gap(Reason.MALFORMED)
            continue
        line_end = line_end or after[3] or CRLF
        if not _is_plain(view, mark, after, line_end):
            opened.add_gap(Reason.MALFORMED)
        if start is None:
            opened.wrapped &= _is_blank(view[outside:mark])
        else:
            yield view[start : max(start, _line_end(view, mark))], line_end
        outside = after.end()
        start = None if after.group(1) else outside
    if start is None:
        opened.wrapped &= _is_blank(view[outside:])
    elif start < len(view):
        yield view[start:], line_end


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
