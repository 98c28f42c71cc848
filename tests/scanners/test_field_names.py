"""What fields say of the base64 text beside them."""

import pytest

from scanners.field_names import Description, describe

CASES: list[tuple[str, list[tuple[str, str]], bytes | None, tuple[str, str, str]]] = [
    # key, texts beside, header of a data URL -> label, names, declared type
    ("data", [("filename", "a.exe")], None, ("a.exe", "a.exe", "")),
    ("data", [("file_name", "a"), ("original-name", "b")], None, ("a", "a", "")),
    ("data", [("title", "Report"), ("name", "a")], None, ("a", "a", "")),
    ("data", [("name", "Booking.com"), ("fileName", "a.pdf")], None, ("a.pdf", "a.pdf", "")),
    ("data", [("title", "Report")], None, ("Report", "Report", "")),
    ("setup.exe", [], None, ("setup.exe", "setup.exe", "")),
    ("data", [("mimeType", "Image/PNG; x=1")], None, ("data", "data", "image/png")),
    ("data", [("type", "message")], None, ("data", "data", "")),
    ("image/png", [], None, ("image/png", "", "image/png")),
    ("x", [("type", "a/b")], b"image/png;", ("x", "x", "image/png|a/b")),
    ("x", [], b"image\\/png;name=a%20b.exe;", ("a b.exe", "a b.exe", "image/png")),
    ("", [], b"image%2fpng%3B", ("", "", "image/png")),
    ("", [], b"\\u0069mage/png;", ("", "", "image/png")),
    ("", [], b"", ("", "", "")),
]


@pytest.mark.parametrize("key, pairs, header, expected", CASES)
def test_description(
    key: str, pairs: list[tuple[str, str]], header: bytes | None, expected: tuple[str, str, str]
) -> None:
    found = describe(key, pairs, header)
    types = "|".join((found.declared_type, *found.other_types))
    assert (found.label, found.name, types) == expected


def test_parameters_of_the_type_are_kept() -> None:
    found = describe("", [], b"multipart/mixed;boundary=b;")
    assert found == Description("", "", "multipart/mixed", (("boundary", "b"),), ())


def test_many_and_long_names_are_bounded() -> None:
    found = describe("k", [("name", f"{number}" * 2000) for number in range(99)], None)
    assert (found.name, len(found.label)) == (found.label, 1024)
    found = describe("k", [("type", f"a/{number}") for number in range(99)], None)
    assert len(found.other_types) == 4
