"""cpio: bytes that are skipped, and what stands behind the trailer, where RAM disks go on."""

from scanners.archives.libarchive import Progress
from scanners.archives.reading import Reading
from scanners.archives.trailing import add_trailing
from scanners.model import Reason

LONGEST_HEAD = 110
"""Bytes before a name, in the format with the most of them.  (cpio(5))"""
TRAILER = len("TRAILER!!!")
SLACK = 16
"""More than what ends a name, and pads it and the data behind it to multiples of four."""
GO_ON = frozenset({"cpio", "gzip", "bzip2", "xz", "zstd", "lz4", "lzma", "lzip"})
"""The kernel unpacks all that stand in one image: microcode first, the packed rest behind it."""


def read_cpio(reading: Reading) -> None:
    """Add the members of an archive, and look at what stands behind its trailer."""
    end = read_payload(reading)
    add_trailing(reading.found, end, reading.budget, expected=GO_ON)


def read_payload(reading: Reading) -> int:
    """Add the members; return how many bytes of the archive, unpacked, they take.

    libarchive goes on behind a header that it cannot read, and may miss the next ones: a gap, for
    other readers take the header as it is.
    """
    found, progress = reading.found, Progress()
    longest = 0
    skips = False
    for member in reading.members(found.content.view, progress=progress):
        skips |= progress.reached > progress.position + _head(member.name, member.link)
        skips |= progress.position > longest
        data = reading.add(member)
        longest = progress.reached + len(data.view) + SLACK
    skips |= progress.position > longest or progress.reached > progress.position + _head()
    if skips:
        found.gap(Reason.MALFORMED, found.content.path)
    return progress.reached


def _head(name: str = "", link: str = "") -> int:
    """Return more bytes than a header with this name and link takes, or the trailer."""
    raw = (name + link).encode("utf-8", "surrogateescape")
    return LONGEST_HEAD + max(TRAILER, len(raw)) + SLACK
