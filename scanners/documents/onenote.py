"""OneNote: attached files, found by the mark that stands before each.  ([MS-ONESTORE] 2.6.13)"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.documents.attachments import NAMED, attach
from scanners.errors import ScannerError
from scanners.few_of_each import few_of_each
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, Reason, Report
from scanners.names import extension, readings

FILE_DATA = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
"""{BDE316E7-2665-4511-A4C4-8D4D0B7A9EAC}; size, 12 reserved bytes and the file follow."""
HEADER = 36
PACKAGED = bytes.fromhex("2fe98d63d4a6c14b9a36b3fc2511a5b7")
"""Format of sections from the cloud (2.8), at offset 48: what they carry is in pieces."""
LONGEST_NAME = 255
MOST = 100
"""Names of programs that are told."""

_MARK = re.compile(re.escape(FILE_DATA))
_EXTENSION = re.compile(rb"\.\0(?:[a-zA-Z0-9-]\0){2,20}\0\0")


@dataclass(frozen=True, slots=True)
class OneNoteScanner:
    """Attached files are children; their names stand elsewhere and are judged as a whole."""

    kit: Kit
    name: str = "onenote"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.file_type.name != "onenote" or content.codings:
            return Report()
        members = MemberList(content, self.name, self.kit, hidden=True)
        try:
            for number, (view, whole) in enumerate(attachments(content.view), 1):
                attach(members, f"attachment {number}", view, budget)
                if not whole:
                    members.gap(Reason.MALFORMED, members.children[-1].path)
            self._judge_names(members, budget)
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()

    def _judge_names(self, members: MemberList, budget: Budget) -> None:
        """Alarm if a file is called a program, and one is there that its bytes do not explain."""
        packaged = bytes(members.content.view[48:64]) == PACKAGED
        unexplained = [each for each in members.children if each.file_type.family in NAMED]
        if not unexplained and not packaged:
            return
        path = members.content.path
        called = few_of_each(names(members.content.view, budget), self._is_program, MOST, budget)
        for number, name in enumerate(called):
            if packaged and not number:
                members.gap(Reason.MALFORMED, path)
            if self._is_program(name):
                said = f"a file attached to the page is called {name[:100]}"
                members.detect(Code.EMBEDDED_EXECUTABLE, "name", said, path)

    def _is_program(self, name: str) -> bool:
        return any(extension(reading) in self.kit.table.runnable for reading in readings(name))


def attachments(view: memoryview) -> Iterator[tuple[memoryview, bool]]:
    """Yield each file, and whether all of it is there."""
    for match in _MARK.finditer(view):
        head = bytes(view[match.end() : match.end() + 8])
        if len(head) < 8:
            return
        (size,) = struct.unpack("<Q", head)
        start = match.start() + HEADER
        yield view[start : start + size], start + size <= len(view)


def names(view: memoryview, budget: Budget) -> Iterator[str]:
    """Yield texts with a length before them that could be names of files."""
    for match in _EXTENSION.finditer(view):
        budget.seconds_left()
        end = match.end() - 2
        before = bytes(view[max(0, end - 2 * LONGEST_NAME) : end])
        name = _with_length(view, before, end)
        if name:
            yield name


def _with_length(view: memoryview, before: bytes, end: int) -> str:
    """Return the longest text that ends at `end` and has its length in bytes before it."""
    for size in range(4, len(before) + 1, 2):
        start = end - size
        if start < 4:
            break
        (length,) = struct.unpack_from("<I", view, start - 4)
        if length in (size, size + 2):
            return before[-size:].decode("utf-16-le", "replace")
    return ""
