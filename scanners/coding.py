"""HTTP content codings: undone last first, as browsers do, under the budget."""

import re
from dataclasses import dataclass, replace

from scanners import inflate
from scanners.archives.trailing import skipped_children
from scanners.budget import Budget
from scanners.chunked import unchunk
from scanners.errors import ContentMalformed, ContentTooDeep, ScannerError
from scanners.model import (
    UNKNOWN_TYPE,
    Content,
    Report,
    Unscanned,
)

DECODERS: dict[str, inflate.Decoder] = {
    "gzip": inflate.gzip_alone,
    "x-gzip": inflate.gzip_alone,
    "deflate": inflate.deflate,
    "br": inflate.br,
    "zstd": inflate.zstd,
    "aws-chunked": unchunk,
    "chunked": unchunk,
}
"""RFC 9110 §8.4.1, RFC 7932, RFC 8878; "identity" is none.  Chunks in chunks: a part of a batch."""
NATIVE = frozenset({"pe", "elf", "macho"})
"""Programs that no coding resembles by accident."""
NEIGHBOURS = 24
"""Bytes beside a mark that tell it from others."""
MOST_MARKS = 10_000
"""Marks that are compared; the budget allows fewer parts."""
MAX_CODINGS = 4
"""Browsers undo a few; five of them have no honest use."""


@dataclass(frozen=True, slots=True)
class CodingScanner:
    """Undoes what the HTTP head says was done to the body.

    The decoded child is the file itself: it keeps name, declared type and path.
    """

    name: str = "coding"

    def scan(self, content: Content, budget: Budget) -> Report:
        codings = [coding for coding in content.codings if coding not in ("", "identity")]
        if len(codings) > MAX_CODINGS:
            raise ContentTooDeep("too many content codings")
        view = content.view
        failure: ScannerError | None = None
        skipped: list[memoryview] = []
        for coding in reversed(codings):
            decoder = DECODERS.get(coding)
            if decoder is None:
                view, failure = memoryview(b""), ContentMalformed("unknown content coding")
                break
            unpacked = inflate.unpack(decoder, view, budget, ceiling=None)
            view, failure = unpacked.view, unpacked.failure
            skipped += unpacked.skipped
            if failure is not None:
                break
        if not content.codings:
            return Report()
        bare = replace(content, codings=(), file_type=UNKNOWN_TYPE)
        children = []
        if view or not failure:
            children.append(replace(bare, view=view, hidden_from_clamav=bool(codings)))
        children += skipped_children(skipped, content.path)
        raw = replace(bare, hidden_from_clamav=False)
        if failure is not None:
            children.append(raw)  # the sender may have lied
            gap = Unscanned(self.name, failure.reason, content.path)
            return Report(unscanned=(gap,), children=tuple(children))
        if codings and content.file_type.name in NATIVE:
            children.append(raw)
        elif codings and (mark := _mark(content)):
            budget.seconds_left()
            if mark.search(content.view):
                hidden = any(mark.search(one) for one in skipped)
                distorted = not hidden and _are_stored(mark, content.view, view, budget)
                children.append(replace(raw, distorted=distorted))
        return Report(children=tuple(children))


def _mark(content: Content) -> re.Pattern[bytes] | None:
    """Return what divides the parts of a form; many servers store and split it as it came."""
    boundary = dict(content.parameters).get("boundary", "").encode("utf-8", "replace")
    return re.compile(re.escape(b"--" + boundary)) if boundary else None


def _are_stored(
    mark: re.Pattern[bytes], coded: memoryview, decoded: memoryview, budget: Budget
) -> bool:
    """Say whether all marks in coded bytes are those of the decoded form.

    Coders store what does not get smaller as it is, with some bytes of their own between the
    pieces.  The parts of such a form are those of the decoded one, but for these bytes.  A mark
    that stands elsewhere divides something that decodes to nothing.
    """
    before: set[bytes] = set()
    behind: set[bytes] = set()
    for number, match in enumerate(mark.finditer(decoded)):
        start, end = match.span()
        before.add(bytes(decoded[max(0, start - NEIGHBOURS) : end]))
        behind.add(bytes(decoded[start : end + NEIGHBOURS]))
        if number == MOST_MARKS:
            return False
    for match in mark.finditer(coded):
        budget.seconds_left()
        start, end = match.span()
        if (
            bytes(coded[max(0, start - NEIGHBOURS) : end]) not in before
            and bytes(coded[start : end + NEIGHBOURS]) not in behind
        ):
            return False
    return True
