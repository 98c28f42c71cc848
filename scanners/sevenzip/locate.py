"""Where a 7z archive begins in a file."""

import re

from scanners.errors import TooManyMembers
from scanners.model import Content, Family
from scanners.sevenzip.header import is_start
from scanners.sevenzip.rebuild import SIGNATURE

SELF_EXTRACTOR = 4 * 1024 * 1024
"""Bytes before an archive that are looked through; 7-Zip's own modules have less than one MiB."""
HOLDS_FILES = frozenset({"ole", "msi", "pdf"})
"""Types beside archives that hold other files as they are, at any place."""
MOST_TRIES = 1000
"""Signatures that are looked at: each costs 20 µs, and 4 MiB have room for 300,000."""
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
    for tries, match in enumerate(_SIGNATURE.finditer(content.view[:SELF_EXTRACTOR])):
        if tries >= MOST_TRIES:
            raise TooManyMembers("too many signatures of archives that are none")
        if is_start(content.view, match.start()):
            return match.start()
    return None
