"""Disguise: content against extension and declared type, with the honest cases beside."""

import pytest

from samples import builders
from scanners.base import Bench
from scanners.disguise.claims import DisguiseScanner
from scanners.model import Code, Content, DetectionLevel
from scanners.types.table import TypeTable

EXTENSION, MIME = Code.DISGUISE_EXTENSION, Code.DISGUISE_MIME
BAD, NOTED = DetectionLevel.SUSPICIOUS, DetectionLevel.INFO
PE = builders.pe()
JAR = builders.zip_of({"META-INF/MANIFEST.MF": b"", "A.class": b""})
CASES = {  # content, name, declared type -> what is said
    "pe as jpeg": (PE, "photo.jpg", "", {(EXTENSION, BAD)}),
    "pe as jpeg, in capitals": (PE, "PHOTO.JPG", "", {(EXTENSION, BAD)}),
    "pe as document, audio": (PE, "song.mp3", "application/pdf", {(EXTENSION, BAD), (MIME, BAD)}),
    "pe as archive": (PE, "a.zip", "", {(EXTENSION, BAD)}),
    "pe as text": (PE, "a.txt", "", {(EXTENSION, BAD)}),
    "pe declared text, no name": (PE, "", "text/plain", {(MIME, BAD)}),
    "elf as png": (builders.elf(), "a.png", "", {(EXTENSION, BAD)}),
    "macho as video": (builders.macho(), "a.mp4", "", {(EXTENSION, BAD)}),
    "class as gif": (builders.java_class(), "a.gif", "", {(EXTENSION, BAD)}),
    "script as jpeg": (builders.script(), "a.jpg", "", {(EXTENSION, BAD)}),
    "script as image type": (builders.script(), "a.sh", "image/png", {(MIME, BAD)}),
    "msi as word": (builders.msi(), "a.doc", "", {(EXTENSION, BAD)}),
    "lnk as pdf": (builders.lnk(), "a.pdf", "", {(EXTENSION, BAD)}),
    "jar as jpeg": (JAR, "a.jpg", "", {(EXTENSION, BAD)}),
    "honest program under an image type": (PE, "a.exe", "image/jpeg", {(MIME, BAD)}),
    "name cut by NUL": (PE, "photo.jpg\0", "", {(EXTENSION, BAD)}),
    "stream of a program": (PE, "setup.exe:x.jpg", "", {(EXTENSION, BAD)}),
    "NUL behind a program": (PE, "setup.exe\0.jpg", "", {(EXTENSION, BAD)}),
    "escaped NUL": (PE, "setup.exe%00.jpg", "", {(EXTENSION, BAD)}),
    "escaped colon": (PE, "setup.exe%3ax.jpg", "", {(EXTENSION, BAD)}),
    "quote at the end": (PE, 'photo.jpg"', "", {(EXTENSION, BAD)}),
    "question mark at the end": (PE, "photo.jpg?", "", {(EXTENSION, BAD)}),
    # wrong, but no danger
    "jpeg as png": (builders.jpeg(), "a.png", "image/png", {(EXTENSION, NOTED), (MIME, NOTED)}),
    "pdf as word": (builders.pdf(), "a.doc", "", {(EXTENSION, NOTED)}),
    "picture as program": (builders.jpeg(), "a.exe", "", {(EXTENSION, NOTED)}),
    "script as program": (builders.script(), "a.exe", "", {(EXTENSION, NOTED)}),
    "honest program as text/plain": (PE, "setup.exe", "text/plain", {(MIME, NOTED)}),
    # honest
    "setup": (PE, "setup.exe", "application/octet-stream", set()),
    "setup, other type": (PE, "setup.exe", "application/x-msdownload", set()),
    "library": (builders.pe(dll=True), "a.dll", "", set()),
    "no name": (PE, "", "", set()),
    "no extension": (PE, "setup", "", set()),
    "unknown extension": (PE, "a.bin", "", set()),
    "number as extension": (builders.elf(), "libc.so.6", "", set()),
    "script as text": (builders.script(), "install.txt", "text/plain", set()),
    "jar as zip": (JAR, "a.zip", "application/zip", set()),
    "zip, windows type": (builders.zip_of({}), "v1.2.3.zip", "application/x-zip-compressed", set()),
    "csv": (b"a,b\n1,2\n", "a.csv", "text/plain", set()),
    "csv as excel's type": (b"a,b\n1,2\n", "a.csv", "application/vnd.ms-excel", set()),
    "script source": (b"let a = 1;\n", "foo.min.js", "text/javascript", set()),
    "tar.gz": (builders.gzip(b"a"), "report.tar.gz", "application/x-gzip", set()),
    "jpeg": (builders.jpeg(), "a.jpeg", "image/jpg", set()),
    "docx": (builders.zip_of({"[Content_Types].xml": b""}), "a.docx", "application/zip", set()),
    "damaged picture": (b"\x93\x81\x01\x99" * 9, "a.jpg", "image/jpeg", set()),
    "error page": (b"Not found\n", "a.jpg", "image/jpeg", set()),
    "windows name, colon": (PE, "Setup 10:22.exe", "", set()),
    "picture, colon": (builders.jpeg(), "IMG 10:22.jpg", "text/plain", {(MIME, NOTED)}),
    "program, colon, text/plain": (PE, "Setup 10:22.exe", "text/plain", {(MIME, NOTED)}),
}


@pytest.mark.parametrize("data, name, declared, expected", CASES.values(), ids=CASES)
def test_disguise(
    *,
    bench: Bench,
    table: TypeTable,
    data: bytes,
    name: str,
    declared: str,
    expected: set[object],
) -> None:
    view = memoryview(data)
    content = Content(view, name, declared, file_type=bench.identify(view))
    report = DisguiseScanner(table).scan(content, None)  # type: ignore[arg-type]
    assert {(found.code, found.level) for found in report.detections} == expected


OTHERS = {  # other names, other types -> what is said of a program called setup.exe
    "another name": (("photo.jpg",), (), {EXTENSION}),
    "another type": ((), ("image/jpeg",), {MIME}),
    "alike": (("Setup.EXE", "setup"), ("application/octet-stream", ""), set()),
}


@pytest.mark.parametrize("names, types, expected", OTHERS.values(), ids=OTHERS)
def test_other_names_and_types_are_judged(
    *,
    bench: Bench,
    table: TypeTable,
    names: tuple[str, ...],
    types: tuple[str, ...],
    expected: set[Code],
) -> None:
    view = memoryview(PE)
    content = Content(
        view,
        "setup.exe",
        "application/x-msdownload",
        file_type=bench.identify(view),
        other_names=names,
        other_types=types,
    )
    report = DisguiseScanner(table).scan(content, None)  # type: ignore[arg-type]
    assert {found.code for found in report.detections} == expected


def test_coded_bytes_are_not_judged(bench: Bench, table: TypeTable) -> None:
    """A gzip-coded page is called page.html; the decoded child bears the name."""
    view = memoryview(builders.gzip(b"<html>"))
    content = Content(view, "photo.jpg", codings=("gzip",), file_type=bench.identify(view))
    assert not DisguiseScanner(table).scan(content, None).detections  # type: ignore[arg-type]
