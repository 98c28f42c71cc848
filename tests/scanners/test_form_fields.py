"""URL-encoded forms: long fields, decoded as servers do it; raw bytes under the label are none."""

import hashlib
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners import form_fields
from scanners.form_fields import form_decoded, long_fields, short_fields

NOISE = hashlib.shake_256(b"noise").digest(10_000)
LONG = "x" * 100


def _keys(body: bytes) -> list[str]:
    return [field.key for field in long_fields(memoryview(body))]


@pytest.mark.parametrize(
    "body, keys",
    [
        (f"a=1&b={LONG}&c=2&d={LONG}".encode(), ["b", "d"]),
        (f"b%5B%5D={LONG}".encode(), ["b[]"]),
        (f"={LONG}".encode(), [""]),
        (f"{LONG}&{LONG}".encode(), []),
        (f"a={LONG[:63]}".encode(), []),
        (f"a=1;b={LONG};c=2;d={LONG}".encode(), ["a", "b", "d"]),
        (f"a=b;base64,{LONG}".encode(), ["a"]),
        (f'<a href="{LONG}">&nbsp;<b title="{LONG}">'.encode(), []),
    ],
)
def test_long_fields(body: bytes, keys: list[str]) -> None:
    assert _keys(body) == keys


def _coded(body: bytes) -> list[bool]:
    return [field.coded for field in long_fields(memoryview(body))]


def test_raw_bytes_are_no_coded_field() -> None:
    assert _coded(b"a=%41" + NOISE.replace(b"&", b"").replace(b";", b"")) == [False]
    assert _coded(b"a=%41" + b"text " * 100 + NOISE[:10].replace(b"&", b"")) == [True]


def test_value_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(form_fields, "FEED", 100)
    body = memoryview(urlencode({"file": NOISE}).encode())
    (field,) = long_fields(body)
    assert field.coded
    pieces = form_decoded(body[field.start : field.end])
    assert b"".join(pieces) == NOISE


@given(st.text(max_size=100), st.integers(3, 20))
def test_any_cut(text: str, feed: int) -> None:
    coded = urlencode({"": text}).encode()[1:]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(form_fields, "FEED", feed)
        assert b"".join(form_decoded(memoryview(coded))) == text.encode()


def test_short_fields() -> None:
    body = urlencode([("name", "a é.exe"), ("data", "x" * 500), ("type", "b/c")]).encode()
    assert short_fields(memoryview(body)) == [("name", "a é.exe"), ("type", "b/c")]
    assert len(short_fields(memoryview(b"a=1&" * 1000))) == form_fields.MOST_SHORT
