"""HTTP content codings, and the plain .gz file, which is the same format as a container of one."""

import re
from dataclasses import dataclass, replace

from scanners import inflate
from scanners.budget import Budget
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
}
"""RFC 9110 §8.4.1, RFC 7932, RFC 8878; "identity" is none."""
NATIVE = frozenset({"pe", "elf", "macho"})
"""Programs that no coding resembles by accident."""
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
        for coding in reversed(codings):
            decoder = DECODERS.get(coding)
            if decoder is None:
                view, failure = memoryview(b""), ContentMalformed("unknown content coding")
                break
            unpacked = inflate.unpack(decoder, view, budget, ceiling=None)
            view, failure = unpacked.view, unpacked.failure
            if failure is not None:
                break
        if not content.codings:
            return Report()
        bare = replace(content, codings=(), file_type=UNKNOWN_TYPE)
        children = (
            [replace(bare, view=view, hidden_from_clamav=bool(codings))]
            if view or not failure
            else []
        )
        if codings and (failure is not None or _tells_raw(content)):
            children.append(replace(bare, hidden_from_clamav=False))  # the sender may have lied
        if failure is None:
            return Report(children=tuple(children))
        gap = Unscanned(self.name, failure.reason, content.path)
        return Report(unscanned=(gap,), children=tuple(children))


def _tells_raw(content: Content) -> bool:
    """Say whether coded bytes are something else as well, for the many servers that store them so.

    Gzip and Zstandard have places for bytes that decode to nothing.
    """
    boundary = dict(content.parameters).get("boundary", "").encode("utf-8", "replace")
    split = boundary and re.search(re.escape(b"--" + boundary), content.view)
    return bool(split) or content.file_type.name in NATIVE


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
        return Report(tuple(detections), tuple(unscanned), (child,))


def _inner_name(name: str) -> str:
    """Return what gunzip would call the file; the name in the header is ignored by it, too."""
    stem, dot, last = name.rpartition(".")
    inner = {"gz": "", "tgz": ".tar", "taz": ".tar", "svgz": ".svg"}.get(last.lower())
    return shorten(stem + inner) if dot and inner is not None else ""
