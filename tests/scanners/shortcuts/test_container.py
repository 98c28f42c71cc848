"""Every kind of shortcut reaches its judge, by content or by name, and keeps its level."""

import time

import pytest

from samples import builders
from samples.shortcuts import Link, shortcut, shortcut_specimens
from samples.specimen import Specimen
from scanners.budget import Budget
from scanners.errors import ContentTooLarge
from scanners.kit import Kit
from scanners.model import Code, Content, DetectionLevel, Family, FileType, Reason
from scanners.shortcuts.container import JUDGES, MAX_BYTES, MOST, ShortcutScanner, decoded
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

TEXT = FileType("text", "text/plain", Family.TEXT)
PROGRAMS = {name: FileType(name, "x/y", Family.PROGRAM) for name in ("lnk", *JUDGES)}


@pytest.fixture
def scanner(table: TypeTable) -> ShortcutScanner:
    return ShortcutScanner(Kit(table, TypeScanner(table).identify))


def _budget(members: int = 10) -> Budget:
    return Budget(time.monotonic() + 20, 64 * 1024 * 1024, members, 8)


def _content(data: bytes, name: str = "", file_type: FileType = TEXT) -> Content:
    return Content(memoryview(data), name=name, file_type=file_type)


@pytest.mark.parametrize("specimen", shortcut_specimens(), ids=lambda each: each.name)
def test_specimens_by_name_alone(scanner: ShortcutScanner, specimen: Specimen) -> None:
    is_link = specimen.name.endswith(".lnk")
    file_type = PROGRAMS["lnk"] if is_link else TEXT
    report = scanner.scan(_content(specimen.data, specimen.name, file_type), _budget())
    bad = {each.code for each in report.detections if each.level is DetectionLevel.SUSPICIOUS}
    assert bad == set(specimen.expected)


@pytest.mark.parametrize("kind", JUDGES)
def test_an_ordinary_one_is_a_line_if_its_content_tells(
    scanner: ShortcutScanner, kind: str
) -> None:
    content = _content(b"nothing of note here", file_type=PROGRAMS[kind])
    (found,) = scanner.scan(content, _budget()).detections
    assert (found.code, found.name) == (Code.CONTAINER_SHORTCUT, kind)
    assert found.level is DetectionLevel.INFO
    named = _content(b"nothing of note here", f"a.{kind.replace('_', '-')}")
    assert not scanner.scan(named, _budget()).detections


def test_the_name_decides_for_texts_in_any_reading(scanner: ShortcutScanner) -> None:
    data = b"[InternetShortcut]\nURL=\\\\192.0.2.7\\a"
    for name in ("x.url", "x.URL. ", "x.website"):
        assert scanner.scan(_content(data, name), _budget()).detections
    other = Content(memoryview(data), name="x.txt", other_names=("x.url",), file_type=TEXT)
    assert scanner.scan(other, _budget()).detections
    assert not scanner.scan(_content(data, "x.txt"), _budget()).detections
    image = FileType("png", "image/png", Family.IMAGE)
    assert not scanner.scan(_content(data, "x.url", image), _budget()).detections


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_texts_in_every_encoding_of_windows(scanner: ShortcutScanner, encoding: str) -> None:
    data = "[InternetShortcut]\nURL=ms-x:é".encode(encoding)
    assert decoded(data).endswith("é")
    assert scanner.scan(_content(data, "x.url"), _budget()).detections


def test_what_a_shortcut_carries_is_a_child_that_clamd_gets(scanner: ShortcutScanner) -> None:
    data = shortcut(Link(relative_path="a.txt", overlay=builders.pe()))
    report = scanner.scan(_content(data, file_type=PROGRAMS["lnk"]), _budget())
    (child,) = report.children
    assert (child.name, child.file_type.name, child.hidden_from_clamav) == ("overlay", "pe", True)
    assert bytes(child.view) == builders.pe()
    assert Code.EMBEDDED_EXECUTABLE in {each.code for each in report.detections}


def _broken(end: bytes) -> bytes:
    """Return one whose ID list leads out of it."""
    data = bytearray(shortcut(Link())[:76])
    data[20] |= 1
    return bytes(data) + b"\xff\xff" + end


def test_all_that_is_not_read_of_a_broken_one_is_a_child_and_a_gap(
    scanner: ShortcutScanner,
) -> None:
    report = scanner.scan(_content(_broken(b"carried"), file_type=PROGRAMS["lnk"]), _budget())
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]
    assert [bytes(child.view[-7:]) for child in report.children] == [b"carried"]


def test_nonsense_of_a_place_hides_no_program_behind_it(scanner: ShortcutScanner) -> None:
    data = bytearray(shortcut(Link(relative_path="a.txt", overlay=builders.pe())))
    data[20] |= 2
    data[76:76] = b"\4\0\0\0"
    report = scanner.scan(_content(bytes(data), file_type=PROGRAMS["lnk"]), _budget())
    assert [child.file_type.name for child in report.children] == ["pe"]
    assert Code.EMBEDDED_EXECUTABLE in {each.code for each in report.detections}
    assert report.unscanned == ()


def test_many_findings_of_one_kind_hide_no_other(scanner: ShortcutScanner) -> None:
    commands = "".join(f"Command=\\\\192.0.2.{host}\\a\n" for host in range(99))
    data = f"[Shell]\n{commands}IconFile=\\\\192.0.2.9\\a.ico\n".encode()
    report = scanner.scan(_content(data, "a.scf"), _budget())
    words = [each.name for each in report.detections]
    assert words == ["remote"] * MOST + ["remote_icon"]


def test_without_members_left_the_rest_is_a_gap(scanner: ShortcutScanner) -> None:
    data = shortcut(Link(relative_path="a.txt", overlay=b"x"))
    report = scanner.scan(_content(data, file_type=PROGRAMS["lnk"]), _budget(members=0))
    assert [gap.reason for gap in report.unscanned] == [Reason.TOO_MANY]
    assert report.detections


def test_one_of_endless_length_is_a_gap_and_coded_bytes_are_left_alone(
    scanner: ShortcutScanner,
) -> None:
    with pytest.raises(ContentTooLarge):
        scanner.scan(_content(bytes(MAX_BYTES + 1), "x.reg"), _budget())
    coded = Content(memoryview(b"[Shell]"), name="x.scf", codings=("gzip",), file_type=TEXT)
    assert not scanner.scan(coded, _budget()).detections


@pytest.mark.parametrize("kind", JUDGES)
@pytest.mark.parametrize("piece", ["<url", "a|", 'href="', "[a]\nb=c\n", "ab ", "\\\\a\\", ";E"])
def test_hostile_text_costs_little(kind: str, piece: str) -> None:
    text = piece * (400_000 // len(piece))
    began = time.process_time()
    list(JUDGES[kind](text))
    assert time.process_time() - began < 3
