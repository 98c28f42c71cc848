"""Members: paths, links and programs are judged as they come; what comes out is counted."""

import time
from pathlib import Path

import pytest

from samples import builders
from scanners.kit import Kit
from scanners.known_members import read_known_members
from scanners.members import FREE_BYTES, MANY_BYTES, SEALED, MemberList
from scanners.model import UNKNOWN_TYPE, Code, Content, DetectionLevel, Reason, Source
from scanners.passwords.keyring import Keyring, Password
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

PATH = ("holiday.7z",)


@pytest.fixture
def members(table: TypeTable) -> MemberList:
    kit = Kit(table, TypeScanner(table).identify, Keyring(secret=b"key"))
    return MemberList(Content(memoryview(b"archive"), path=PATH), "test", kit)


def _words(members: MemberList) -> list[tuple[Code, str, DetectionLevel]]:
    return [(found.code, found.name, found.level) for found in members.report().detections]


@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/passwd", "..\\x", "C:\\x", "c:x", "\\\\host\\share\\x"]
)
def test_a_name_that_leads_out_is_traversal(members: MemberList, name: str) -> None:
    members.add(name, memoryview(b"text"))
    traversal = Code.ARCHIVE_TRAVERSAL, "path", DetectionLevel.SUSPICIOUS
    assert _words(members) == [traversal]


@pytest.mark.parametrize(
    "name",
    ["a/b", "./a", "a..b/c", "..a", "usr//bin/x", "//Data//", "B::Deparse.3pm", "1:2.txt"],
)
def test_an_ordinary_name_is_none(members: MemberList, name: str) -> None:
    members.add(name, memoryview(b"text"))
    assert not members.detections


def test_a_link_that_leads_out_is_recorded_and_one_within_is_not(members: MemberList) -> None:
    members.link("lib/a", "../share/a")
    assert not members.detections
    members.link("lib/b", "../../b")
    members.link("lib/c", "/etc")
    assert _words(members) == [(Code.ARCHIVE_TRAVERSAL, "link", DetectionLevel.INFO)] * 2


def test_a_member_written_through_a_link_that_leads_out_is_suspicious(members: MemberList) -> None:
    members.link("lib", "/etc")
    members.add("lib2/x", memoryview(b"text"))
    members.add("lib/cron.d/x", memoryview(b"text"))
    wanted = Code.ARCHIVE_TRAVERSAL, "through_link", DetectionLevel.SUSPICIOUS
    assert _words(members)[1:] == [wanted]


def test_deep_names_are_compared_with_links_in_no_time(members: MemberList) -> None:
    members.link("lib", "/etc")
    members.add("a/" * 500_000 + "x", memoryview(b"text"))
    assert _words(members)[1:] == [(Code.ARCHIVE_BOMB, "name", DetectionLevel.SUSPICIOUS)]


def test_what_no_system_can_store_is_not_taken_apart(members: MemberList) -> None:
    """An archive of thousands of such names, packed to a few KiB, would take half a minute."""
    name = "a/" * 100_000 + "../x"
    before = time.thread_time()
    for _ in range(100):
        members.add(name, memoryview(b"text"))
        members.link("latest", name)
    assert time.thread_time() - before < 1
    assert {word for _, word, _ in _words(members)} == {"name"}


def test_names_that_can_be_stored_are_no_bombs(members: MemberList) -> None:
    members.add("folder/" * 585, memoryview(b"text"))
    assert not members.detections


def test_one_more_name_is_judged_and_kept(members: MemberList) -> None:
    members.add("a.txt", memoryview(b"text"))
    for name in ("../b.txt", "c.txt", "c.txt", "a.txt"):
        members.alias(name, 0)
    (child,) = members.children
    assert (child.name, child.other_names) == ("a.txt", ("../b.txt", "c.txt"))
    assert _words(members) == [(Code.ARCHIVE_TRAVERSAL, "path", DetectionLevel.SUSPICIOUS)]


def test_a_program_is_recorded_by_content_or_by_the_name_of_what_is_sealed(
    members: MemberList,
) -> None:
    members.add("notes.txt", memoryview(builders.pe()))
    members.seal("tool.exe")
    members.seal("notes.txt")
    executable = Code.ARCHIVE_EXECUTABLE
    found = [(one.code, one.name, one.path[-1]) for one in members.detections]
    assert found == [(executable, "pe", "notes.txt"), (executable, "encrypted", "tool.exe")]


def test_children_carry_names_paths_and_types(members: MemberList) -> None:
    members.hidden = True
    members.add("a.txt", memoryview(b"text"), ("b.txt", "a.txt"))
    members.seal("c.txt")
    opened, sealed = members.report().children
    assert (opened.name, opened.other_names, opened.path) == (
        "a.txt",
        ("b.txt",),
        (*PATH, "a.txt"),
    )
    assert opened.hidden_from_clamav
    assert opened.file_type is not UNKNOWN_TYPE
    assert (sealed.file_type, sealed.hidden_from_clamav) == (SEALED, False)


def test_a_bomb_is_one_by_itself_or_together_with_others(members: MemberList) -> None:
    members.came_out(FREE_BYTES, PATH)
    assert not members.detections
    members.came_out(1, PATH)
    members.came_out(0, PATH, bomb=True)
    assert _words(members) == [(Code.ARCHIVE_BOMB, "ratio", DetectionLevel.SUSPICIOUS)] * 2


def test_members_that_are_each_too_small_for_a_bomb_are_one(members: MemberList) -> None:
    members.content = Content(memoryview(bytes(200_000)), path=PATH)
    for _ in range(10):
        members.came_out(MANY_BYTES // 10, PATH)
    assert not members.detections
    members.came_out(1, PATH)
    assert _words(members) == [(Code.ARCHIVE_BOMB, "ratio", DetectionLevel.SUSPICIOUS)]


def test_what_no_password_opens_is_a_gap(members: MemberList) -> None:
    members.encrypted(Code.ARCHIVE_ENCRYPTED, PATH)
    assert _words(members) == [(Code.ARCHIVE_ENCRYPTED, "encrypted", DetectionLevel.INFO)]
    assert [(gap.reason, gap.path) for gap in members.unscanned] == [(Reason.ENCRYPTED, PATH)]


def test_what_was_opened_says_how_but_not_the_password(members: MemberList) -> None:
    password = Password("hunter2", Source.URL)
    members.opened(Code.ARCHIVE_ENCRYPTED, password, PATH)
    (found,) = members.detections
    assert (found.name, found.level) == ("opened", DetectionLevel.INFO)
    assert "hunter2" not in found.detail
    assert Keyring(secret=b"key").mark(password) in found.detail
    assert not members.unscanned


def test_a_sealed_member_that_analysts_know_is_malicious(table: TypeTable, tmp_path: Path) -> None:
    (tmp_path / "members.txt").write_text("*.scr 7 0000002a Worm.Example\n")
    known = read_known_members(tmp_path / "members.txt")
    kit = Kit(table, TypeScanner(table).identify, known=known)
    members = MemberList(Content(memoryview(b"archive"), path=PATH), "test", kit)
    members.seal("a.scr", size=7, checksum=41)
    members.seal("b.txt", ("b.scr",), size=7, checksum=42)
    found = [one for one in members.detections if one.code is Code.HASH_BLOCKED]
    assert [(one.name, one.level, one.path) for one in found] == [
        ("Worm.Example", DetectionLevel.MALICIOUS, (*PATH, "b.txt"))
    ]
