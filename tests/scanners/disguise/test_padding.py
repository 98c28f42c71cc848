"""Padding before the extension, and what stands behind it."""

import pytest

from samples import builders
from tests.scanners.disguise.conftest import TricksOf

PE, TEXT = builders.pe(), b"plain text\n"
DOUBLE, PAD, EXTENSION = "disguise.double_extension", "disguise.padding", "disguise.extension"
CASES = [
    ("photo" + " " * 6 + ".exe", PE, {PAD}),
    ("photo" + " " * 6 + ".exe", None, {PAD}),
    ("photo.jpg" + "_" * 6 + ".exe", PE, {DOUBLE, PAD}),
    ("photo" + "_" * 40 + ".exe", PE, {PAD}),
    ("___ ____.exe", PE, {PAD + "?"}),
    ("photo" + "_ " * 9 + ".exe", PE, {PAD}),
    ("photo.jpg" + "\u2800" * 6 + ".html", TEXT, {PAD}),
    ("photo" + "\u3000" * 6 + ".exe", None, {PAD}),
    ("photo" + "\u00a0" * 6 + ".exe", None, {PAD}),
    ("photo" + "\u3164" * 6 + ".scr", PE, {PAD}),
    ("photo" + " " * 5 + ".exe", PE, set()),
    ("form" + "_" * 9 + ".pdf", TEXT, {PAD + "?"}),
    ("form" + "_" * 9 + "2.pdf", TEXT, {PAD + "?"}),
    ("a" * 160 + ".exe", PE, {PAD}),
    ("a" * 2000 + ".exe", None, {PAD}),
    ("a" * 160 + ".pdf", TEXT, set()),
    ("a" * 160 + ".js", TEXT, set()),
    ("a" * 160 + ".url", TEXT, set()),
    ("photo.jpg.exe.", PE, {DOUBLE, PAD}),
    ("photo.exe. . .", None, {PAD}),
    ("photo.exe" + " " * 6, PE, {PAD}),
    ("photo.exe ", PE, {PAD + "?"}),
    ("photo.jpg...", TEXT, set()),
    ("Wait...", TEXT, set()),
    ("photo.exe\0.jpg", PE, {PAD, EXTENSION}),
    ("photo.jpg\0.exe", None, {PAD, EXTENSION, DOUBLE}),
    ("setup.exe\0\0\0", PE, set()),
    ("notes\0.txt", TEXT, set()),
]


@pytest.mark.parametrize("name, data, expected", CASES, ids=lambda case: ascii(case)[:60])
def test_padding(tricks_of: TricksOf, name: str, data: bytes | None, expected: set[str]) -> None:
    assert tricks_of(name, data) == expected


def test_the_address_may_end_in_a_dot(tricks_of: TricksOf) -> None:
    """Whoever writes a link into a sentence ends it so."""
    assert tricks_of("", PE, url_name="setup.exe.") == set()
