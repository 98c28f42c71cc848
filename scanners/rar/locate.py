"""Where a RAR archive begins in a file, and what stands behind its end."""

from scanners.base import Identify
from scanners.errors import ContentMalformed
from scanners.model import Content, Family
from scanners.rar import rar4, rar5
from scanners.rar.records import SIGNATURE, SIGNATURE_5, Archive

SELF_EXTRACTOR = 4 * 1024 * 1024
"""Bytes before an archive that WinRAR 7 looks through, in a file of any type (1 MiB before)."""
ODDMENT = 32
"""Bytes behind an archive that hold no file."""
HOLDS_FILES = frozenset({"ole", "msi", "pdf"})
"""Types beside archives that hold other files as they are, at any place."""
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
    for match in SIGNATURE.finditer(content.view[:SELF_EXTRACTOR]):
        version = _version(content.view, match.start())
        reads = rar5.starts if version == 5 else rar4.starts
        if reads(content.view, match.start()):
            return version, match.start()
    return None


def behind(content: Content, archive: Archive, identify: Identify) -> str:
    """Return what is wrong with the bytes behind the end of an archive; empty if nothing is.

    Programs with an archive have more of their own there, and so may anything.
    """
    tail = content.view[archive.end :]
    if content.file_type.name != TYPE or len(tail) <= ODDMENT:
        return ""
    if SIGNATURE.search(tail):
        return "a second archive stands behind the first"
    if identify(tail).family in (Family.PROGRAM, Family.ARCHIVE):
        return "a program or an archive stands behind the archive"
    return ""


def _version(view: memoryview, start: int) -> int:
    if not SIGNATURE.match(view, start):
        raise ContentMalformed("not the signature of a RAR archive")
    return 5 if bytes(view[start : start + 8]) == SIGNATURE_5 else 4
