"""Look-alike letters: tricks are told, names in other scripts are left alone."""

import pytest

from samples import builders
from scanners.disguise.letters import fold
from tests.scanners.disguise.conftest import TricksOf

PE, TEXT, JPEG = builders.pe(), b"plain text\n", builders.jpeg()
DOUBLE, EXTENSION = "disguise.double_extension", "disguise.extension"
CASES = [
    ("photo.ехе", PE, {EXTENSION}),  # Cyrillic
    ("photo.EХE", PE, {EXTENSION}),
    ("photo.ехе", None, {EXTENSION}),
    ("photo.ехе", TEXT, {EXTENSION}),
    ("photo.ехе", JPEG, set()),
    ("photo.ѕсr", PE, {EXTENSION}),
    ("photo.ϲοm", PE, {EXTENSION}),  # Greek
    ("photo．ｅｘｅ", PE, {EXTENSION}),  # full width
    ("photo\u2024exe", PE, {EXTENSION}),
    ("photo.𝐞𝐱𝐞", None, {EXTENSION}),
    ("photo.éxe", PE, {EXTENSION}),
    ("invoice.рdf.exe", PE, {DOUBLE, EXTENSION + "?"}),
    ("invoice\u2024pdf.exe", None, {DOUBLE}),
    ("invoice．pdf.exe", PE, {DOUBLE}),
    ("pаypal.exe", PE, {EXTENSION + "?"}),
    ("pаypal.pdf", TEXT, set()),
    # ordinary
    ("Отчёт.exe", PE, set()),
    ("Отчёт Q3 final.exe", PE, set()),
    ("настройка.с.exe", PE, set()),
    ("δοκιμή.exe", PE, set()),
    ("ＳＥＴＵＰ.exe", PE, set()),
    ("資料（最終）.exe", PE, set()),
    ("Загрузка…exe", PE, set()),
    ("Участок 6.сот", JPEG, set()),
    ("résumé.pdf", TEXT, set()),
    ("Übersicht.exe", PE, set()),
]


@pytest.mark.parametrize("name, data, expected", CASES, ids=ascii)
def test_letters(tricks_of: TricksOf, name: str, data: bytes | None, expected: set[str]) -> None:
    assert tricks_of(name, data) == expected


@pytest.mark.parametrize(
    "text, looks",
    [("ехе", "exe"), ("ѕсr", "scr"), ("ват", "bat"), ("．ｌｎｋ", ".lnk"), ("日本", "日本")],
)
def test_fold(text: str, looks: str) -> None:
    assert fold(text) == looks
