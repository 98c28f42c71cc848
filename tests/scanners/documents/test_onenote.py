"""OneNote: attached files are children; a program by content or by name is an alarm."""

import time

import pytest

from samples import builders
from samples.onenote import FILE_DATA, onenote_specimens, section
from samples.specimen import Specimen
from scanners.budget import Budget
from scanners.documents.onenote import MOST, PACKAGED, OneNoteScanner, attachments, names
from scanners.kit import Kit
from scanners.model import Content, DetectionLevel, Family, FileType, Reason, Report
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

NOTE = FileType("onenote", "application/onenote", Family.DOCUMENT)


@pytest.fixture
def scanner(table: TypeTable) -> OneNoteScanner:
    return OneNoteScanner(Kit(table, TypeScanner(table).identify))


def _budget(members: int = 100) -> Budget:
    return Budget(time.monotonic() + 20, 1 << 26, members, 8)


def _scan(scanner: OneNoteScanner, data: bytes, members: int = 100) -> Report:
    content = Content(memoryview(data), file_type=NOTE)
    return scanner.scan(content, _budget(members))


def _words(report: Report) -> list[str]:
    bad = (each for each in report.detections if each.level is DetectionLevel.SUSPICIOUS)
    return [each.name for each in bad]


@pytest.mark.parametrize("specimen", onenote_specimens(), ids=lambda each: each.name)
def test_specimens(scanner: OneNoteScanner, specimen: Specimen) -> None:
    report = _scan(scanner, specimen.data)
    bad = {each.code for each in report.detections if each.level is DetectionLevel.SUSPICIOUS}
    assert (bad, report.unscanned) == (set(specimen.expected), ())


def test_files_are_children_that_clamd_gets(scanner: OneNoteScanner) -> None:
    report = _scan(scanner, section(("a.txt", b"first"), ("b.png", builders.png())))
    found = [(each.name, bytes(each.view)) for each in report.children]
    assert found == [("attachment 1", b"first"), ("attachment 2", builders.png())]
    assert all(each.hidden_from_clamav for each in report.children)


@pytest.mark.parametrize(
    "files, text, expected",
    [
        ([("a.docx", b"x"), ("Open.CMD", b"text")], "", ["name"]),
        ([("a.js", b"text")], "", ["name"]),
        ([("a.png", builders.png())], "see setup.exe", []),
        ([("a.png", builders.png())], "setup.exe", []),
        ([("a.txt", b"text")], "click on setup.exe or on.", []),
        ([("notes v1.2.txt", b"text")], "", []),
        ([], "setup.exe", []),
    ],
)
def test_names_count_where_bytes_tell_nothing(
    scanner: OneNoteScanner, files: list[tuple[str, bytes]], text: str, expected: list[str]
) -> None:
    assert _words(_scan(scanner, section(*files, text=text))) == expected


def test_names_with_their_length_before_them() -> None:
    data = section(("é b.hta", b""), ("x" * 300 + ".exe", b""))
    assert list(names(memoryview(data), _budget())) == ["é b.hta"]


def test_many_names_hide_no_program(scanner: OneNoteScanner) -> None:
    harmless = [(f"report {number}.docx", b"text") for number in range(300)]
    text = "invoice.hta"
    (found,) = _scan(scanner, section(*harmless, text=text), members=400).detections
    assert (found.name, text in found.detail) == ("name", True)
    programs = [(f"a{number}.hta", b"text") for number in range(300)]
    assert len(_words(_scan(scanner, section(*programs), members=400))) == MOST


def test_a_cut_file_is_a_child_and_a_gap(scanner: OneNoteScanner) -> None:
    report = _scan(scanner, section(("a.txt", b"text" * 9))[:-40])
    assert bytes(report.children[0].view).startswith(b"text")
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]


def test_marks_without_a_size_and_too_many_files(scanner: OneNoteScanner) -> None:
    assert list(attachments(memoryview(FILE_DATA + b"\1\0"))) == []
    report = _scan(scanner, section(*[("a", b"x")] * 5), members=2)
    assert len(report.children) == 2
    assert [gap.reason for gap in report.unscanned] == [Reason.TOO_MANY]


def test_files_of_a_section_of_the_cloud_are_a_gap(scanner: OneNoteScanner) -> None:
    def packaged(*files: tuple[str, bytes]) -> Report:
        data = bytearray(section(*files)).replace(FILE_DATA, bytes(16))
        data[48:64] = PACKAGED
        return _scan(scanner, bytes(data))

    assert not packaged().unscanned
    assert [gap.reason for gap in packaged(("a.docx", b"")).unscanned] == [Reason.MALFORMED]
    assert _words(packaged(("a.hta", b""))) == ["name"]


def test_other_types_are_left_alone(scanner: OneNoteScanner) -> None:
    assert scanner.scan(Content(memoryview(section(("a", b"x")))), _budget()) == Report()
