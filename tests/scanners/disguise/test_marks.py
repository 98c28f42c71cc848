"""Invisible marks in names: every one that can hide an extension, and those that scripts need."""

import pytest

from samples import builders
from tests.scanners.disguise.conftest import TricksOf

PE, TEXT = builders.pe(), b"plain text\n"
BIDI, DOUBLE = "disguise.bidi", "disguise.double_extension"
TURNING = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
NO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
CASES = [
    ("photo_\u202egpj.exe", PE, {BIDI}),
    ("photo_\u202egpj.exe", None, {BIDI}),
    ("report\u202efdp.docx", TEXT, {BIDI}),
    ("\u2067program\u2069.exe", PE, {BIDI}),
    ("\u2067program\u2069.exe", None, {BIDI}),
    ("notes.\u2066txt", TEXT, {BIDI}),
    ("photo.e\u200exe", PE, {BIDI}),
    ("photo.e\u061cxe", None, {BIDI}),
    ("photo.e\u200bxe", PE, {BIDI}),
    ("photo.jpg\u200b.exe", PE, {BIDI, DOUBLE}),
    ("photo\u00adalbum.exe", None, {BIDI}),
    ("photo\u200balbum.dat", PE, {BIDI}),
    # ordinary
    ("\u202babc\u202c.pdf", TEXT, {BIDI + "?"}),
    ("\u202eabc\u202c.pdf", TEXT, {BIDI + "?"}),
    ("\u05e9\u05dc\u05d5\u05dd.pdf", TEXT, set()),
    ("\u05e9\u05dc\u05d5\u05dd.exe", PE, set()),
    ("\u0645\u0644\u0641\u200f.exe", PE, {BIDI + "?"}),
    ("\u200eIMG_1234.jpg\u200e", TEXT, {BIDI + "?"}),
    ("setup.exe\u200f", PE, {BIDI + "?"}),
    ("\u0646\u0631\u0645\u200c\u0627\u0641\u0632\u0627\u0631.exe", PE, {BIDI + "?"}),
    ("family \U0001f468\u200d\U0001f469\u200d\U0001f467.exe", PE, {BIDI + "?"}),
    ("\ufeffsetup.exe", PE, {BIDI + "?"}),
    ("photo\u200balbum.jpg", TEXT, {BIDI + "?"}),
    ("Bildschirmfoto 2024-01-01 um 10.00.00\u202fPM.png", TEXT, set()),
]


@pytest.mark.parametrize("name, data, expected", CASES, ids=ascii)
def test_marks(tricks_of: TricksOf, name: str, data: bytes | None, expected: set[str]) -> None:
    assert tricks_of(name, data) == expected


@pytest.mark.parametrize("mark", [*TURNING, *NO_WIDTH], ids=ascii)
def test_any_mark_inside_the_extension_of_a_program(tricks_of: TricksOf, mark: str) -> None:
    assert BIDI in tricks_of(f"holiday.s{mark}cr", PE)
    assert BIDI in tricks_of(f"holiday.s{mark}cr", None)
