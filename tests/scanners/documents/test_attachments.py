"""Attached files are children under their own names; a program among them is an alarm."""

import time

import pytest

from samples import builders
from scanners.budget import Budget
from scanners.documents.attachments import attach, base_name
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable


@pytest.mark.parametrize(
    "name, data, alarm",
    [
        ("photo.jpg", builders.jpeg(), False),
        ("photo.jpg", builders.pe(), True),
        ("run.js", b"a plain line", True),
        ("RUN.JS. ", b"a plain line", True),
        ("table.exe", builders.png(), False),
        ("paper.pdf", builders.pdf(), False),
        ("notes.txt", b"notes", False),
        ("", b"notes", False),
    ],
)
def test_programs_by_content_and_by_name(
    table: TypeTable, name: str, data: bytes, alarm: bool
) -> None:
    members = MemberList(Content(memoryview(b"")), "test", Kit(table, TypeScanner(table).identify))
    budget = Budget(time.monotonic() + 20, 1000, 1, 8)
    attach(members, name, memoryview(data), budget, ("other.txt", ""))
    (child,) = members.children
    assert child.other_names == ("other.txt",)
    codes = {found.code for found in members.detections}
    assert (Code.EMBEDDED_EXECUTABLE in codes) is alarm
    assert budget.members_left == 0


def test_folders_are_the_sender_s() -> None:
    names = ("C:\\a\\b.txt", "/a/b.txt", "../b.txt/", "b.txt\0", "", "//")
    assert [base_name(name) for name in names] == ["b.txt"] * 4 + ["attachment"] * 2
