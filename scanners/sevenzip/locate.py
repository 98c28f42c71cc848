"""Where a 7z archive begins in a file."""

import re

from scanners.model import Content, Family
from scanners.sevenzip.header import is_start
from scanners.sevenzip.rebuild import SIGNATURE

SELF_EXTRACTOR = 4 * 1024 * 1024
"""Bytes before an archive that are looked through; 7-Zip's own modules have less than one MiB."""
HOLDS_FILES = frozenset({"ole", "msi", "pdf"})
"""Types beside archives that hold other files as they are, at any place."""
TYPE = "7z"

_SIGNATURE = re.compile(re.escape(SIGNATURE))


def locate(content: Content) -> int | None:
    """Return the offset of the archive in this file, or None.

    A file that is one by its type may be broken; in others only a sound start header counts.  A
    file that holds others is opened as what it is.
    """
    if content.file_type.name == TYPE:
        return 0
    holds_files = content.file_type.family is Family.ARCHIVE
    if holds_files or content.file_type.name in HOLDS_FILES:
        return None
    for match in _SIGNATURE.finditer(content.view[:SELF_EXTRACTOR]):
        if is_start(content.view, match.start()):
            return match.start()
    return None
