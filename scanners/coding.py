"""HTTP content codings, and the plain .gz file, which is the same format as a container of one."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from scanners import inflate
from scanners.budget import Budget
from scanners.chunked import unchunk
from scanners.errors import ContentMalformed, ContentTooDeep, ScannerError
from scanners.model import (
    UNKNOWN_TYPE,
    Code,
    Content,
    Detection,
    DetectionLevel,
    Report,
    Unscanned,
)
from scanners.names import shorten

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
RATIO = 200
FREE_BYTES = 10 * 1024 * 1024
"""A .gz file that unpacks to more than both allow is a bomb; a coded page may be so repetitive."""


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
        children += _skipped(skipped, content.path)
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


def _skipped(views: Iterable[memoryview], path: tuple[str, ...]) -> Iterator[Content]:
    """Give bytes that decode to nothing a look of their own: an archive may lie there."""
    for number, view in enumerate(views, 1):
        yield Content(view, path=(*path, f"skipped {number}"), hidden_from_clamav=True)


@dataclass(frozen=True, slots=True)
class GzipContainer:
    """Opens a .gz file.  clamd opens it by itself."""

    name: str = "gzip"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name != "gzip":
            return Report()
        ceiling = max(FREE_BYTES, RATIO * len(content.view))
        unpacked = inflate.unpack(inflate.gzip, content.view, budget, ceiling)
        name = _inner_name(content.name)
        others = tuple(filter(None, map(_inner_name, content.other_names)))
        path = (*content.path, name or "content")
        detections, unscanned = [], []
        if unpacked.bomb:
            said = "unpacks to far more than honest data would"
            level = DetectionLevel.SUSPICIOUS
            detections.append(Detection(Code.ARCHIVE_BOMB, self.name, "ratio", level, path, said))
        if unpacked.failure is not None:
            unscanned.append(Unscanned(self.name, unpacked.failure.reason, path))
        child = Content(unpacked.view, name=name, path=path, other_names=others)
        children = (child, *_skipped(unpacked.skipped, content.path))
        return Report(tuple(detections), tuple(unscanned), children, archive=True)


def _inner_name(name: str) -> str:
    """Return what gunzip would call the file; the name in the header is ignored by it, too."""
    stem, dot, last = name.rpartition(".")
    inner = {"gz": "", "tgz": ".tar", "taz": ".tar", "svgz": ".svg"}.get(last.lower())
    return shorten(stem + inner) if dot and inner is not None else ""
