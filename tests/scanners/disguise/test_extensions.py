"""Tricks with extensions, and the honest names that look like them."""

import pytest

from samples import builders
from tests.scanners.disguise.conftest import TricksOf

PE, TEXT = builders.pe(), b"plain text\n"
DOUBLE, EXTENSION = "disguise.double_extension", "disguise.extension"
CLASS = "{00021401-0000-0000-c000-000000000046}"
DOUBLES = [
    ("photo.jpg.exe", PE, {DOUBLE}),
    ("photo.jpg.exe", b"", {DOUBLE}),
    ("photo.jpg.exe", None, {DOUBLE}),
    ("Photo.JPG.Scr", PE, {DOUBLE}),
    ("invoice.pdf.js", TEXT, {DOUBLE}),
    ("LETTER.TXT.vbs", TEXT, {DOUBLE}),
    ("page.html.exe", PE, {DOUBLE}),
    ("photo.jpg .exe", PE, {DOUBLE}),
    ("photo.jpg (1).exe", PE, {DOUBLE}),
    ("photo.jpg.2024.exe", PE, {DOUBLE}),
    ("a/b/photo.jpg.lnk", builders.lnk(), {DOUBLE}),
    ("photo.jpg\x01.exe", PE, {DOUBLE}),
    ("photo.jpg%0a.exe", PE, {DOUBLE}),
    ('photo.jpg".exe"', PE, {DOUBLE}),
    ("archive.zip.exe", PE, {DOUBLE}),
    # three of them
    ("photo.jpg.exe.scr", PE, {DOUBLE}),
    ("photo.jpg.pdf.exe", PE, {DOUBLE}),
    ("invoice.pdf.lnk.bat", None, {DOUBLE}),
    ("photo.exe.exe.scr", PE, set()),
    # ordinary, or nearly so
    ("??????.exe", PE, set()),
    ("PortableGit-2.43.0-64-bit.7z.exe", PE, {DOUBLE + "?"}),
    ("photos.7z.scr", PE, {DOUBLE}),
    ("org.example.report.emitter.pdf.jar", TEXT, {DOUBLE + "?"}),
    ("invoice.pdf.jar", TEXT, {DOUBLE}),
    ("nginx.conf.sh", TEXT, set()),
    ("Acme.Json.exe", PE, set()),
    ("logo.svg.js", TEXT, set()),
    ("zip.exe", PE, set()),
    ("setup.exe.zip", TEXT, set()),
    ("", PE, set()),
]
OTHERS = [
    (f"photo.jpg.{CLASS}", TEXT, {EXTENSION}),
    (f"photo.{CLASS}", None, {EXTENSION}),
    (f"{CLASS}.txt", TEXT, set()),
    (f"photo{CLASS}", TEXT, set()),
    ("nul.exe", PE, {EXTENSION}),
    ("COM1.scr", None, {EXTENSION}),
    ("lpt².pif", PE, {EXTENSION}),
    ("CON", TEXT, {EXTENSION + "?"}),
    ("aux.c", TEXT, {EXTENSION + "?"}),
    ("con.txt", PE, {EXTENSION + "?"}),
    ("contact.exe", PE, set()),
    ("com10.exe", PE, set()),
    ("aux1.exe", PE, set()),
    ("photo.jp~1", PE, {EXTENSION}),
    ("photo.jp~1", builders.jpeg(), {EXTENSION + "?"}),
    ("setup.ex~1", PE, {EXTENSION + "?"}),
    ("setup.exec", PE, {EXTENSION + "?"}),
    ("run.command", PE, set()),
    ("notes.exec", TEXT, set()),
    ("PHOTO~1.EXE", PE, set()),
    ("photo.jpg~", builders.jpeg(), set()),
]
STREAMS = [
    ("setup.exe:photo.jpg", b"\x93\x81\x01\x99" * 9, {EXTENSION}),
    ("setup.exe:photo.jpg", None, {EXTENSION}),
    ("notes.txt:run.lnk", None, {EXTENSION}),
    ("a/b/notes.txt:run.lnk:$DATA", None, {EXTENSION}),
    ("setup.exe::$DATA", PE, {EXTENSION}),
    ("setup.exe:Zone.Identifier", TEXT, set()),
    ("Setup 10:22.exe", PE, set()),
    ("12.30:start.exe", PE, set()),
    ("Node.js:Guide.pdf", TEXT, set()),
    ("Guide.pdf: setup.exe", PE, set()),
    ("a.txt:b.txt", TEXT, set()),
    ("C:\\x\\setup.exe", PE, set()),
    (":setup.exe", PE, set()),
    ("setup.exe:", PE, set()),
]


@pytest.mark.parametrize("name, data, expected", DOUBLES + OTHERS + STREAMS, ids=ascii)
def test_extensions(tricks_of: TricksOf, name: str, data: bytes | None, expected: set[str]) -> None:
    assert tricks_of(name, data) == expected


def test_a_script_of_a_page_is_named_after_what_it_shows(tricks_of: TricksOf) -> None:
    declared = tricks_of("viewer.pdf.js", TEXT, declared_type="text/javascript")
    assert declared == {DOUBLE + "?"}
    assert tricks_of("viewer.pdf.js", TEXT, declared_type="text/plain") == {DOUBLE}
