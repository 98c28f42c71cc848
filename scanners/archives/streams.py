"""Compressed single files: gz, bz2, xz, zst, lzma, lz4, lz, Z.  One child, as unpackers name it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from scanners import inflate
from scanners.archives import decoders
from scanners.archives.trailing import add_trailing, skipped_children
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import FREE_BYTES, RATIO, MemberList
from scanners.model import Content, Report
from scanners.names import shorten


class Reach(Enum):
    """What clamd 1.4.6 opens by itself, as measured (tests/scanners/clamav/test_archives.py)."""

    ALL = "all"  # of several streams behind one another, too
    FIRST = "first"  # stream only
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Format:
    decode: decoders.Stream
    mark: re.Pattern[bytes]
    """What may stand between two streams, if another one follows."""
    reach: Reach
    unmarked: bool = False
    """Its first bytes are no mark: some other data begin with the like."""


FORMATS: dict[str, Format] = {
    "gzip": Format(inflate.gzip_member, re.compile(rb"(?=\x1f\x8b)"), Reach.ALL),
    "bzip2": Format(
        decoders.bzip2,
        re.compile(rb"(?=BZh[1-9](?:1AY&SY|\x17rE8P\x90))"),
        Reach.FIRST,
    ),
    "xz": Format(decoders.xz, re.compile(rb"(?:\0{4})*+(?=\xfd7zXZ\0)"), Reach.ALL),
    "zstd": Format(
        inflate.zstd_frame, re.compile(rb"(?=\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)"), Reach.NONE
    ),
    "lz4": Format(
        decoders.lz4,
        re.compile(rb"(?=[\x50-\x5f]\x2a\x4d\x18|\x04\x22\x4d\x18|\x02\x21\x4c\x18)"),
        Reach.NONE,
    ),
    "lzip": Format(decoders.lzip, re.compile(rb"(?=LZIP[\0\1])"), Reach.NONE),
    "lzma": Format(decoders.lzma_alone, re.compile(rb"(?!)"), Reach.NONE, unmarked=True),
    "compress": Format(decoders.compress, re.compile(rb"(?!)"), Reach.NONE),
}
"""By type; what a type is called stands in rules/types.toml."""

INNER_ENDINGS = {
    **dict.fromkeys(("gz", "bz2", "bz", "xz", "lzma", "zst", "lz4", "lz", "z"), ""),
    **dict.fromkeys(("tgz", "taz", "tbz", "tbz2", "tb2", "txz", "tlz", "tzst", "tz2"), ".tar"),
    "cpgz": ".cpio",
    "svgz": ".svg",
    "emz": ".emf",
    "wmz": ".wmf",
}
"""What unpackers put in place of an ending, dot included; of others they do not know the name."""
UNNAMED = "content"
_SEPARATOR = re.compile(r"[/\\]")


@dataclass(slots=True)
class _Streams:
    """The streams of one file, one behind the other, and how far they reach."""

    format: Format
    count: int = 0
    end: int = 0

    def decode(self, view: memoryview) -> Iterator[bytes | inflate.Skipped]:
        start: int | None = 0
        while start is not None:
            self.end = start + (yield from self.format.decode(view[start:]))
            self.count += 1
            mark = self.format.mark.match(view, self.end)
            start = mark.end() if mark else None


@dataclass(frozen=True, slots=True)
class StreamContainer:
    """Opens what gunzip, bunzip2, unxz … open; they differ in the decoder only."""

    kit: Kit
    name: str = "stream"

    def scan(self, content: Content, budget: Budget) -> Report:
        chosen = FORMATS.get(content.file_type.name)
        if content.codings or chosen is None:
            return Report()
        budget.spend_member()
        view, streams = content.view, _Streams(chosen)
        ceiling = max(FREE_BYTES, RATIO * len(view))
        unpacked = inflate.unpack(streams.decode, view, budget, ceiling)
        if chosen.unmarked and not unpacked.data and isinstance(unpacked.failure, ContentMalformed):
            return Report()  # nobody gets anything out of it: other data that looked like it
        reached = chosen.reach is Reach.ALL or (chosen.reach is Reach.FIRST and streams.count == 1)
        members = MemberList(content, self.name, self.kit, hidden=not reached)
        name = inner_name(content.name) or UNNAMED
        path = members.path_of(name)
        members.came_out(len(unpacked.view), path, bomb=unpacked.bomb)
        others = (*map(inner_name, content.other_names), _stored_name(content))
        members.add(name, unpacked.view, tuple(filter(None, others)))
        members.children += skipped_children(unpacked.skipped, content.path)
        try:
            if unpacked.failure is not None:
                raise unpacked.failure
            add_trailing(members, streams.end, budget)
        except ScannerError as error:
            members.gap(error.reason, path)
        return members.report()


def inner_name(name: str) -> str:
    """Return what unpackers would call the file; empty if they would not know."""
    stem, dot, last = _base(name).rpartition(".")
    ending = INNER_ENDINGS.get(last.lower())
    return shorten(stem + ending) if dot and ending is not None else ""


def _stored_name(content: Content) -> str:
    """Return the name in a gzip header: gunzip goes by the file's own, others show this one."""
    head = bytes(content.view[: 10 + inflate.LONGEST_NAME])
    if content.file_type.name != "gzip" or len(head) < 10 or head[3] & 0x0C != 0x08:
        return ""
    name, end, _ = head[10:].partition(b"\0")
    return _base(name.decode("utf-8", "surrogateescape")) if end else ""


def _base(name: str) -> str:
    return _SEPARATOR.split(name)[-1]
