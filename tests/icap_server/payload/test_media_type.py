"""Media types and content codings as senders really write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.payload.media_type import EXCESS, MAX_CODINGS, parse_codings, parse_media_type


@pytest.mark.parametrize(
    "value, media_type, parameters",
    [
        ("", "", ()),
        ("image/jpeg", "image/jpeg", ()),
        (" Image/JPEG\t", "image/jpeg", ()),
        ("text/html; charset=UTF-8", "text/html", (("charset", "UTF-8"),)),
        ("text/html;Charset = x", "text/html", (("charset", "x"),)),
        (
            'multipart/form-data; boundary="a;b=\\"c"; x=y',
            "multipart/form-data",
            (("boundary", 'a;b="c'), ("x", "y")),
        ),
        ("multipart/mixed;boundary=AbC", "multipart/mixed", (("boundary", "AbC"),)),
        (
            "application/vnd.ms-excel.sheet.macroEnabled.12",
            "application/vnd.ms-excel.sheet.macroenabled.12",
            (),
        ),
        ("image", "", ()),
        ("image/", "", ()),
        ("a/b, c/d", "", ()),
        ("a/b/c; x=y", "", ()),
        (";charset=x", "", ()),
        ("a/b;;; =x; y", "a/b", (("", "x"),)),
    ],
)
def test_media_type(value: str, media_type: str, parameters: tuple[tuple[str, str], ...]) -> None:
    assert parse_media_type(value) == (media_type, parameters)


def test_parameters_are_bounded() -> None:
    assert len(parse_media_type("a/b" + ";x=y" * 10_000)[1]) == 16


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    media_type, _ = parse_media_type(text)
    assert media_type == media_type.lower()
    parse_media_type("a/b;" + text)
    assert len(parse_codings([text])) <= MAX_CODINGS + 1


@pytest.mark.parametrize(
    "values, codings",
    [
        ([], ()),
        ([""], ()),
        (["gzip"], ("gzip",)),
        (["GZIP, br"], ("gzip", "br")),
        (["x-gzip", " deflate "], ("gzip", "deflate")),
        (["identity", "none", "UTF-8"], ()),
        (["gzip;q=1"], ("gzip;q=1",)),
        (["gzip"] * 8, ("gzip",) * 8),
        (["gzip"] * 9, ("gzip",) * 8 + (EXCESS,)),
        (["gzip," * 10_000], ("gzip",) * 8 + (EXCESS,)),
    ],
)
def test_codings(values: list[str], codings: tuple[str, ...]) -> None:
    assert parse_codings(values) == codings
