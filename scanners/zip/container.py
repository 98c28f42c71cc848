"""ZIP archives: their members as children, and the tricks that their structure plays.

Two readers are asked: one that goes by the central directory, and one that walks from local header
to local header.  Members that only one of them sees are children as well.
"""

from dataclasses import dataclass

from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Content, Family, Report
from scanners.zip.directory import Directory, directories, find_all, find_directory
from scanners.zip.headers import LOCAL
from scanners.zip.opening import Opening
from scanners.zip.readers import read_archive, read_headless

STARTS = (LOCAL, b"PK\x05\x06", b"PK00" + LOCAL, b"PK\x07\x08" + LOCAL)
"""Of an archive with nothing in front of it; the last two are of split ones."""
HOLDS_FILES = frozenset({"ole", "msi"})
"""Types beside archives that hold other files as they are, at any place."""
OPENED_BY_LOOKING = frozenset({Family.ARCHIVE, Family.PROGRAM})
"""Files of these families are searched for headers by no unpacker, or by their own scanner."""


@dataclass(frozen=True, slots=True)
class ZipContainer:
    """Opens ZIP in any dress: plain, JAR, OOXML, APK, behind a self-extractor or a picture."""

    kit: Kit
    name: str = "zip"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings:
            return Report()
        pure = bytes(content.view[:8]).startswith(STARTS)
        directory = find_directory(content.view) if pure else _carried(content)
        if directory is None and not pure and _is_opaque(content):
            return Report()
        members = MemberList(content, self.name, self.kit)
        opening = Opening(members, budget)
        goes_on = directory is not None and directory.tail < len(content.view)
        if goes_on and not pure and not _may_go_on(content):
            opening.ambiguous("carried", "an archive that readers find between other bytes")
        try:
            if directory is None:
                read_headless(opening, pure=pure)
            else:
                read_archive(opening, directory, pure=pure)
        except ScannerError as error:
            members.gap(error.reason, content.path)
        try:
            opening.open_locked()
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()


def _carried(content: Content) -> Directory | None:
    """Return the directory of an archive behind something else: a self-extractor, a picture.

    In a file that holds others, bytes behind the archive mean that it is one of these (a part of
    a multipart body, a member of a tar), which is opened as such.
    """
    must_end = _holds_files(content)
    for directory in directories(content.view):
        if not directory.empty and (directory.tail == len(content.view) or not must_end):
            return directory
    return None


def _holds_files(content: Content) -> bool:
    file_type = content.file_type
    holds_files = file_type.family is Family.ARCHIVE or file_type.name in HOLDS_FILES
    return holds_files or content.declared_type.startswith("multipart/")


def _is_opaque(content: Content) -> bool:
    """Return whether no unpacker would look for members in a file that is no archive."""
    if _holds_files(content) or content.file_type.family in OPENED_BY_LOOKING:
        return True
    return next(find_all(content.view, LOCAL, 0, len(content.view)), None) is None


def _may_go_on(content: Content) -> bool:
    """Return whether honest files of this type have bytes behind an archive in them.

    Signed self-extractors have their certificate there, PDFs the rest of their objects.
    """
    return content.file_type.family is Family.PROGRAM or content.file_type.name == "pdf"
