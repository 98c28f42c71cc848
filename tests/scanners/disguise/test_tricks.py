"""The scanner of names: which names it judges, and what it keeps of what is found."""

from dataclasses import replace

import pytest

from samples import builders
from scanners.disguise.tricks import NameScanner
from scanners.model import Content
from scanners.types.table import TypeTable
from tests.scanners.conftest import Examine
from tests.scanners.disguise.conftest import TricksOf

PE, TEXT = builders.pe(), b"plain text\n"
DOUBLE, EXTENSION = "disguise.double_extension", "disguise.extension"
CLASS = "photo.jpg.{00021401-0000-0000-c000-000000000046}"
BIDI, PAD, HOST = "disguise.bidi", "disguise.padding", "disguise.host_name"
SEALED = {  # one name for each trick -> what is said of it, content unread
    "photo.jpg.exe": DOUBLE,
    "photo.jpg.exe.scr": DOUBLE,
    "photo_\u202egpj.exe": BIDI,
    "photo.e\u200bxe": BIDI,
    "photo.\u0435\u0445\u0435": EXTENSION,
    "photo\uff0e\uff45\uff58\uff45": EXTENSION,
    "photo\u2024jpg.exe": DOUBLE,
    f"photo{' ' * 20}.exe": PAD,
    f"photo{chr(0x2800) * 9}.scr": PAD,
    "photo.exe.": PAD,
    f"{'a' * 200}.exe": PAD,
    "picture18.jpg_www.example.com": HOST,
    "www.example.com": HOST,
    CLASS: EXTENSION,
    "nul.exe": EXTENSION,
    "notes.txt:run.lnk": EXTENSION,
}


@pytest.mark.parametrize("name", SEALED, ids=ascii)
def test_every_trick_is_seen_on_members_that_nobody_can_read(run: Examine, name: str) -> None:
    """ZIP encrypts contents, not names."""
    found = run(builders.encrypted_zip({name: PE}), name="a.zip").detections
    assert SEALED[name] in {d.code.value for d in found if d.level.value == "suspicious"}
    honest = run(builders.encrypted_zip({"photo.jpg": PE}), name="a.zip").detections
    assert {d.level.value for d in honest} == {"info"}


def test_a_name_of_many_blanks_is_quick(table: TypeTable) -> None:
    """Patterns that try again at every blank would take minutes here; the test's limit ends it."""
    names = (" " * 100_000 + "x.exe", "a." * 50_000 + "exe", "\u202e" * 100_000, "_" * 100_000)
    dense = ("\u0430" * 100_000, "\u200b" * 100_000, ":" * 100_000, "www." * 30_000, ". " * 50_000)
    for name in (*names, *dense):
        NameScanner(table).scan(Content(memoryview(b""), name), None)  # type: ignore[arg-type]


def test_other_names_are_judged(table: TypeTable) -> None:
    content = Content(memoryview(PE), "", other_names=("a.exe", "photo.jpg.exe"))
    report = NameScanner(table).scan(content, None)  # type: ignore[arg-type]
    assert [found.code.value for found in report.detections] == [DOUBLE]


def test_the_address_is_judged_beside_an_honest_name(tricks_of: TricksOf) -> None:
    assert tricks_of("x.exe", PE, url_name="photo.jpg.exe") == {DOUBLE}


def test_the_worst_of_a_kind_is_told(tricks_of: TricksOf) -> None:
    assert tricks_of("aux.\u0435\u0445\u0435", PE) == {EXTENSION}


def test_a_contradiction_is_told_beside_a_trick(table: TypeTable) -> None:
    names = (CLASS, "run.bat")
    content = Content(memoryview(TEXT), "photo.jpg", path=("a",), other_names=names)
    report = NameScanner(table).scan(content, None)  # type: ignore[arg-type]
    assert [(found.code.value, found.name, found.path) for found in report.detections] == [
        (EXTENSION, "class_id", ("a",)),
        (EXTENSION, "contradicting_names", ("a",)),
    ]
    coded = replace(content, codings=("gzip",))
    assert not NameScanner(table).scan(coded, None).detections  # type: ignore[arg-type]
