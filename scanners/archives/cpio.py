"""cpio: what stands behind the trailer, where initial RAM disks go on and others do not."""

from scanners.archives.libarchive import Progress
from scanners.archives.reading import Reading
from scanners.archives.trailing import add_trailing

TRAILER = b"TRAILER!!!\0"
LONGEST_HEAD = 110
"""Bytes before a name, in the format with the most of them.  (cpio(5))"""
GO_ON = frozenset({"cpio", "gzip", "bzip2", "xz", "zstd", "lz4", "lzma", "lzip"})
"""The kernel unpacks all that stand in one image: microcode first, the packed rest behind it."""


def read_cpio(reading: Reading) -> None:
    progress = Progress()
    view = reading.found.content.view
    for member in reading.members(view, progress=progress):
        reading.add(member)
    head = bytes(view[progress.position : progress.position + LONGEST_HEAD + len(TRAILER)])
    end = head.find(TRAILER)
    if end >= 0:
        behind = progress.position + end + len(TRAILER)
        add_trailing(reading.found, behind, expected=GO_ON)
