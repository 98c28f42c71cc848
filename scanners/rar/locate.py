"""Where a RAR archive begins in a file."""

from scanners.errors import ContentMalformed, TooManyMembers
from scanners.model import Content, Family
from scanners.rar import rar4, rar5
from scanners.rar.records import SIGNATURE, SIGNATURE_5

SELF_EXTRACTOR = 4 * 1024 * 1024
"""Bytes before an archive that WinRAR 7 looks through, in a file of any type (1 MiB before)."""
HOLDS_FILES = frozenset({"ole", "msi", "pdf"})
"""Types beside archives that hold other files as they are, at any place."""
MOST_TRIES = 1000
"""Signatures that are looked at: each costs 20 µs, and 4 MiB have room for 300,000."""
TYPE = "rar"


def locate(content: Content) -> tuple[int, int] | None:
    """Return version and offset of the archive in this file, or None.

    ContentMalformed if the file is one by its type and nothing can be read of it.  A file that
    holds others is opened as what it is.
    """
    if content.file_type.name == TYPE:
        return _version(content.view, 0), 0
    holds_files = content.file_type.family is Family.ARCHIVE
    if holds_files or content.file_type.name in HOLDS_FILES:
        return None
    for tries, match in enumerate(SIGNATURE.finditer(content.view[:SELF_EXTRACTOR])):
        if tries >= MOST_TRIES:
            raise TooManyMembers("too many signatures of archives that are none")
        version = _version(content.view, match.start())
        reads = rar5.starts if version == 5 else rar4.starts
        if reads(content.view, match.start()):
            return version, match.start()
    return None


def _version(view: memoryview, start: int) -> int:
    if not SIGNATURE.match(view, start):
        raise ContentMalformed("not the signature of a RAR archive")
    return 5 if bytes(view[start : start + 8]) == SIGNATURE_5 else 4
