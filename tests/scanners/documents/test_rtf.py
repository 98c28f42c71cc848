"""RTF: what is embedded is a child, what is fetched is told, ordinary documents stay unremarked."""

import time

import pytest

from samples import builders
from samples.rtf import ole1, ole1_link, package, rtf_specimens, rtf_with
from samples.specimen import Specimen
from scanners.budget import Budget
from scanners.documents.rtf import MONIKERS, MOST, RtfScanner
from scanners.kit import Kit
from scanners.model import Content, DetectionLevel, Family, FileType, Reason, Report
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

RTF = FileType("rtf", "text/rtf", Family.DOCUMENT)


@pytest.fixture
def scanner(table: TypeTable) -> RtfScanner:
    return RtfScanner(Kit(table, TypeScanner(table).identify))


def _scan(scanner: RtfScanner, data: bytes, size: int = 1 << 26) -> Report:
    budget = Budget(time.monotonic() + 20, size, 100, 8)
    return scanner.scan(Content(memoryview(data), file_type=RTF), budget)


def _words(report: Report) -> set[str]:
    bad = (each for each in report.detections if each.level is DetectionLevel.SUSPICIOUS)
    return {each.name for each in bad}


@pytest.mark.parametrize("specimen", rtf_specimens(), ids=lambda each: each.name)
def test_specimens(scanner: RtfScanner, specimen: Specimen) -> None:
    report = _scan(scanner, specimen.data)
    bad = {each.code for each in report.detections if each.level is DetectionLevel.SUSPICIOUS}
    assert (bad, report.unscanned) == (set(specimen.expected), ())


def _link(address: str) -> bytes:
    native = bytes(16) + MONIKERS[0] + bytes(4) + builders.wide(address) + bytes(2)
    return ole1(b"OLE2Link", native)


BAD = [
    (rtf_with(ole1(b"Package", package(b"a.js", b"text"))), {"attachment"}),
    (rtf_with(ole1(b"PACKAGE", package(b"", builders.pe()))), {"attachment"}),
    (rtf_with(builders.pe()), {"attachment"}),
    (rtf_with(ole1(b"eQuAtIoN.3", b"x")), {"equation"}),
    (rtf_with(_link("https://files.example/a.hta")), {"link"}),
    (rtf_with(b"junk" + _link("\\\\192.0.2.1\\a"), class_name=b"OLE2Link"), {"link"}),
    (rtf_with(ole1_link(b"Word", b"https://files.example/a.doc")), {"remote"}),
    (b'{\\rtf1{\\field{\\*\\fldinst DDEAUTO c:\\\\\\\\cmd.exe "/c x"}}}', {"dde"}),
    (b"{\\rtf1{\\*\\template \\\\\\\\192.0.2.1\\\\a.dot}}", {"share"}),
]
GOOD = [
    builders.rtf(),
    b'{\\rtf1{\\field{\\*\\fldinst HYPERLINK "https://www.example/"}{\\fldrslt x}}}',
    b"{\\rtf1{\\*\\template C:\\\\Program Files\\\\Normal.dotm}}",
    b"{\\rtf1{\\pict\\pngblip " + builders.png().hex().encode() + b"}}",
    rtf_with(ole1(b"Package", package(b"a.pdf", builders.pdf()))),
    rtf_with(ole1(b"Excel.Sheet.8", builders.ole())),
    rtf_with(ole1_link(b"Excel.Sheet.8", b"C:\\Users\\ada\\table.xls"), b"\\objautlink"),
]


@pytest.mark.parametrize("data, expected", BAD)
def test_tricks(scanner: RtfScanner, data: bytes, expected: set[str]) -> None:
    assert _words(_scan(scanner, data)) == expected


@pytest.mark.parametrize("data", GOOD)
def test_near_misses(scanner: RtfScanner, data: bytes) -> None:
    report = _scan(scanner, data)
    assert (_words(report), report.unscanned) == (set(), ())


def test_children_and_their_names(scanner: RtfScanner) -> None:
    data = rtf_with(ole1(b"Package", package(b"a.txt", b"text"))) + rtf_with(
        b"xx" + builders.word(), class_name=b"Word.Document.8"
    )
    report = _scan(scanner, data)
    found = [(each.name, each.file_type.name, each.hidden_from_clamav) for each in report.children]
    assert found == [("a.txt", "text", True), ("Word.Document.8", "ole", True)]
    assert bytes(report.children[0].view) == b"text"


def test_an_object_that_acts_unasked_is_told(scanner: RtfScanner) -> None:
    report = _scan(scanner, rtf_with(ole1(b"Excel.Sheet.8", b"x"), b"\\objemb\\objupdate"))
    assert [(each.name, each.level) for each in report.detections] == [
        ("update", DetectionLevel.INFO)
    ]


def test_many_harmless_links_hide_no_other(scanner: RtfScanner) -> None:
    fields = b"".join(b"{\\*\\fldinst DDE Excel table%d a}" % number for number in range(200))
    report = _scan(scanner, b"{\\rtf1" + fields + b"{\\*\\template \\\\\\\\192.0.2.1\\\\a.dot}}")
    assert _words(report) == {"share"}
    assert len(report.detections) == MOST + 1


def test_more_than_the_budget_is_a_gap(scanner: RtfScanner) -> None:
    report = _scan(scanner, rtf_with(ole1(b"Package", bytes(9999))), size=100)
    assert [gap.reason for gap in report.unscanned] == [Reason.TOO_LARGE]


def test_other_types_and_coded_bytes_are_left_alone(scanner: RtfScanner) -> None:
    budget = Budget(time.monotonic() + 20, 1 << 20, 100, 8)
    data = memoryview(rtf_with(builders.pe()))
    assert scanner.scan(Content(data), budget) == Report()
    assert scanner.scan(Content(data, file_type=RTF, codings=("gzip",)), budget) == Report()
