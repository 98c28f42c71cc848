"""Names and types of uploaded files, from hostile headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from api.uploads import NAME_LENGTH, declared_name, declared_type

NAMES = [
    ("", ""),
    ("attachment", ""),
    ('attachment; filename="a b.exe"', "a b.exe"),
    ("attachment; filename=a.exe", "a.exe"),
    ("attachment; filename*=UTF-8''%e2%80%aegpj.exe", "\u202egpj.exe"),
    ("attachment; filename*=utf-8'en'f%C3%BCr.txt; filename=fur.txt", "für.txt"),
    ('attachment; filename="../../etc/passwd"', "../../etc/passwd"),
    ("attachment; filename*=none''x", "x"),
    ("attachment; filename*=idna''xn--a", "xn--a"),
    ("attachment; filename*=hex''zz", "zz"),
    ("attachment; filename==?idna?q?xn--a?=", "xn--a"),
    ("attachment; filename=\u00c3\u00bc.exe", "\u00fc.exe"),
    ("; ; =", ""),
    ("attachment; filename=" + "x" * 5000, ""),
]


@pytest.mark.parametrize("header, name", NAMES)
def test_name(header: str, name: str) -> None:
    assert declared_name(Headers({"content-disposition": header})) == name


@given(st.text(st.characters(max_codepoint=255), max_size=300))
def test_any_header_gives_some_text(header: str) -> None:
    headers = Headers({"content-disposition": "attachment; filename" + header})
    assert len(declared_name(headers)) <= NAME_LENGTH


@pytest.mark.parametrize(
    "header, expected",
    [
        ("", ""),
        ("image/jpeg", "image/jpeg"),
        ("Image/JPEG; q=1", "image/jpeg"),
        (" text/plain ;x", "text/plain"),
        ("x" * 300, "x" * 256),
    ],
)
def test_type(header: str, expected: str) -> None:
    assert declared_type(Headers({"content-type": header})) == expected


def test_no_headers() -> None:
    assert (declared_name(Headers()), declared_type(Headers())) == ("", "")
