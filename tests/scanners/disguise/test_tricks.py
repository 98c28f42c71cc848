"""Name tricks: each is found, and the honest names that look like it are left alone."""

from dataclasses import replace

import pytest

from samples import builders
from scanners.base import Bench
from scanners.disguise.tricks import NameScanner
from scanners.model import Content, DetectionLevel
from scanners.types.table import TypeTable

PE, TEXT, BINARY = builders.pe(), b"plain text\n", b"\x93\x81\x01\x99" * 9
DOS_COM = b"\xb4\x09\xba\x0b\x01\xcd\x21\xc3"
DOUBLE, BIDI, PAD = "disguise.double_extension", "disguise.bidi", "disguise.padding"
HOST, EXTENSION = "disguise.host_name", "disguise.extension"
CASES = [  # name, content, codes ("?" behind: level info)
    ("photo.jpg.exe", PE, {DOUBLE}),
    ("photo.jpg.exe", b"", {DOUBLE}),
    ("Photo.JPG.Scr", PE, {DOUBLE}),
    ("invoice.pdf.js", TEXT, {DOUBLE}),
    ("LETTER.TXT.vbs", TEXT, {DOUBLE}),
    ("photo.jpg .exe", PE, {DOUBLE}),
    ("photo.jpg (1).exe", PE, {DOUBLE}),
    ("photo.jpg.2024.exe", PE, {DOUBLE}),
    ("a/b/photo.jpg.lnk", builders.lnk(), {DOUBLE}),
    ("photo.jpg.exe.", PE, {DOUBLE}),
    ("photo.jpg\x01.exe", PE, {DOUBLE}),
    ("photo.jpg%0a.exe", PE, {DOUBLE}),
    ('photo.jpg".exe"', PE, {DOUBLE}),
    ("??????.exe", PE, set()),
    ("photo.jpg.com", PE, {DOUBLE, HOST}),
    ("archive.zip.exe", PE, {DOUBLE}),
    ("setup.exe", PE, set()),
    ("setup.1.2.msi", builders.msi(), set()),
    ("System.Xml.dll", builders.pe(dll=True), set()),
    ("report.tar.gz", TEXT, set()),
    ("v1.2.3.zip", TEXT, set()),
    ("mail.com.pdf", TEXT, set()),
    ("www.example.com.html", TEXT, set()),
    ("foo.min.js", TEXT, set()),
    ("logo.svg.js", TEXT, set()),
    ("zip.exe", PE, set()),
    ("setup.exe.zip", TEXT, set()),
    ("", PE, set()),
    ("photo_\u202egpj.exe", PE, {BIDI}),
    ("report\u202efdp.docx", TEXT, {BIDI}),
    ("\u2067program\u2069.exe", PE, {BIDI}),
    ("notes.\u2066txt", TEXT, {BIDI}),
    ("\u202babc\u202c.pdf", TEXT, {BIDI + "?"}),
    ("\u202eabc\u202c.pdf", TEXT, {BIDI + "?"}),
    ("\u05e9\u05dc\u05d5\u05dd.pdf", TEXT, set()),
    ("\u0645\u0644\u0641\u200f.exe", PE, set()),
    ("photo" + " " * 6 + ".exe", PE, {PAD}),
    ("photo.jpg" + "_" * 6 + ".exe", PE, {DOUBLE, PAD}),
    ("photo" + "_" * 40 + ".exe", PE, {PAD}),
    ("___ ____.exe", PE, {PAD + "?"}),
    ("photo" + "_ " * 9 + ".exe", PE, {PAD}),
    ("photo.jpg" + "\u2800" * 6 + ".html", TEXT, {PAD}),
    ("photo" + " " * 5 + ".exe", PE, set()),
    ("form" + "_" * 9 + ".pdf", TEXT, {PAD + "?"}),
    ("form" + "_" * 9 + "2.pdf", TEXT, {PAD + "?"}),
    ("a" * 160 + ".exe", PE, {PAD}),
    ("a" * 160 + ".pdf", TEXT, set()),
    ("a" * 160 + ".js", TEXT, set()),
    ("www.example.com", PE, {HOST}),
    ("photo18.JPG_www.example.com", PE, {HOST}),
    ("www.example.net", PE, {HOST}),
    ("www.example.com", BINARY, {HOST}),
    ("www.example.com", DOS_COM, {HOST}),
    ("www.example.com", TEXT, set()),
    ("www.example.com", builders.jpeg(), set()),
    ("www.example.com", BINARY + bytes(70_000), set()),
    ("www.setup.exe", PE, set()),
    ("example.net", PE, set()),
    ("photo.jpg.{00021401-0000-0000-c000-000000000046}", TEXT, {EXTENSION}),
    ("{00021401-0000-0000-c000-000000000046}.txt", TEXT, set()),
]


@pytest.mark.parametrize("name, data, expected", CASES, ids=[ascii(case[0])[:60] for case in CASES])
def test_names(bench: Bench, table: TypeTable, name: str, data: bytes, expected: set[str]) -> None:
    view = memoryview(data)
    content = Content(view, name, file_type=bench.identify(view))
    report = NameScanner(table).scan(content, None)  # type: ignore[arg-type]
    found = {
        detection.code.value + ("?" if detection.level is DetectionLevel.INFO else "")
        for detection in report.detections
    }
    assert found == expected


def test_a_name_of_many_blanks_is_quick(table: TypeTable) -> None:
    """Patterns that try again at every blank would take minutes here; the test's limit ends it."""
    for name in (" " * 100_000 + "x.exe", "a." * 50_000 + "exe", "\u202e" * 100_000, "_" * 100_000):
        NameScanner(table).scan(Content(memoryview(b""), name), None)  # type: ignore[arg-type]


def test_other_names_are_judged(table: TypeTable) -> None:
    content = Content(memoryview(PE), "", other_names=("a.exe", "photo.jpg.exe"))
    report = NameScanner(table).scan(content, None)  # type: ignore[arg-type]
    assert [found.code.value for found in report.detections] == [DOUBLE]


def test_the_address_is_judged_beside_an_honest_name(table: TypeTable) -> None:
    content = Content(memoryview(PE), "x.exe", url_name="photo.jpg.exe")
    report = NameScanner(table).scan(content, None)  # type: ignore[arg-type]
    assert [found.code.value for found in report.detections] == [DOUBLE]


def test_a_contradiction_is_told_beside_a_trick(table: TypeTable) -> None:
    names = ("photo.jpg.{00021401-0000-0000-c000-000000000046}", "run.bat")
    content = Content(memoryview(TEXT), "photo.jpg", path=("a",), other_names=names)
    report = NameScanner(table).scan(content, None)  # type: ignore[arg-type]
    assert [(found.code.value, found.name, found.path) for found in report.detections] == [
        (EXTENSION, "class_id", ("a",)),
        (EXTENSION, "contradicting_names", ("a",)),
    ]
    coded = replace(content, codings=("gzip",))
    assert not NameScanner(table).scan(coded, None).detections  # type: ignore[arg-type]
