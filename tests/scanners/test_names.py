"""File names: how systems store them and how a screen shows them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.names import MAX_NAME, displayed, extension, parts, readings, shorten

READINGS = {
    "Photo.JPG": ("photo.jpg",),
    "a/b\\c.exe": ("c.exe",),
    "evil.exe/": ("evil.exe",),
    "setup.exe. . ": ("setup.exe",),
    "photo.jpg\u200b.exe": ("photo.jpg.exe",),
    "evil.exe\0.jpg": ("evil.exe", "evil.exe.jpg"),
    "evil.exe:photo.jpg": ("evil.exe", "evil.exe:photo.jpg"),
    "photo%2Eexe": ("photo%2eexe", "photo.exe"),
    'Photo.jpg"': ("photo.jpg",),
    "setup.exe.\x01?": ("setup.exe",),
    "??????.doc": ("??????.doc",),
    "": (),
    "...": (),
}
EXTENSIONS = {
    "a.txt": "txt",
    "a.tar.gz": "gz",
    "makefile": "",
    ".profile": "",
    "photo.jpg .exe": "exe",
    "photo.jpg.\nexe": "exe",
    "a.": "",
}


@pytest.mark.parametrize("name, expected", READINGS.items(), ids=ascii)
def test_readings(name: str, expected: tuple[str, ...]) -> None:
    assert readings(name) == expected


@pytest.mark.parametrize("name, expected", EXTENSIONS.items())
def test_extension(name: str, expected: str) -> None:
    assert extension(name) == expected


def test_parts_lose_blanks_and_copy_numbers() -> None:
    assert parts("photo.jpg (1).exe") == ["photo", "jpg", "exe"]
    assert parts("photo.jpg____\u2800\u3000.exe") == ["photo", "jpg", "exe"]
    assert parts('photo.jpg\x01"?\x85.exe') == ["photo", "jpg", "exe"]
    assert parts("photo.2024 .exe") == ["photo", "2024", "exe"]


@pytest.mark.parametrize(
    "name, shown",
    [
        ("plain.txt", "plain.txt"),
        ("photo_\u202egpj.exe", "photo_exe.jpg"),
        ("\u202eabc\u202c.pdf", "cba.pdf"),
        ("a\u202ecb\u202cd\u202efe", "abcdef"),
    ],
    ids=ascii,
)
def test_displayed(name: str, shown: str) -> None:
    assert displayed(name) == shown


@given(st.text(max_size=60))
def test_display_keeps_every_letter(name: str) -> None:
    kept = [letter for letter in name if letter not in "\u202e\u202c"]
    assert sorted(letter for letter in displayed(name) if letter not in "\u202e\u202c") == sorted(
        kept
    )


def test_an_endless_name_keeps_both_ends() -> None:
    name = "a" * 50_000 + ".exe"
    assert len(shorten(name)) == MAX_NAME
    assert shorten(name).startswith("aaa")
    assert shorten(name).endswith(".exe")
    assert shorten("short.exe") == "short.exe"


@given(st.text(max_size=100))
def test_any_name_can_be_read(name: str) -> None:
    for reading in readings(name):
        assert extension(reading) in reading
        assert parts(reading)
