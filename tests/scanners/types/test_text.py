"""Text and encodings: what is surely text, what may be, and what of it is looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.types.text import HEAD, SAMPLE, TAIL, is_json, is_mail, is_text, read_text


def _read(data: bytes) -> tuple[bytes, bool] | None:
    text = read_text(memoryview(data), data[:HEAD])
    return (text.sample, text.sure) if text else None


@pytest.mark.parametrize(
    "data, found",
    [
        (b"Plain\n", (b"Plain\n", True)),
        (b"\xef\xbb\xbf \r\nPlain", (b"Plain", True)),
        ("é".encode(), ("é".encode(), True)),
        ("é".encode("latin-1"), (b"\xe9", False)),
        ("é\n".encode("utf-16"), ("é\n".encode(), True)),
        (b"\xfe\xff\0a", (b"a", True)),
        ("a".encode("utf-32"), (b"a", True)),
        (b"\0\0\xfe\xff\0\0\0a", (b"a", True)),
        (b"\xff\xfe\x01\x00\x03\x00", None),
        (b"a\0b", None),
        (b"a" * 100 + b"\x1a", (b"a" * 100 + b"\x1a", False)),
        (b"a" * 50 + b"\x1a", None),
        (b" " * 9000 + b"late", (b"late", True)),
        (b" " * 9000, (b"", True)),
    ],
)
def test_text(data: bytes, found: tuple[bytes, bool] | None) -> None:
    assert _read(data) == found


def test_a_long_text_is_read_at_both_ends() -> None:
    data = b"begin" + b"." * 50_000 + b"end"
    found = _read(data)
    assert found is not None
    assert found[0].startswith(b"begin")
    assert found[0].endswith(b"end")
    assert len(found[0]) == SAMPLE + TAIL + 1
    wide = _read(data.decode().encode("utf-16"))
    assert wide is not None
    assert (wide[0][:5], wide[0][-3:]) == (b"begin", b"end")


def test_the_sample_in_lower_case() -> None:
    text = read_text(memoryview(b"ABC"), b"ABC")
    assert text is not None
    assert text.lower == b"abc"


def test_kinds() -> None:
    assert is_text(b"a\t\xe9\n")
    assert not is_text(b"a\0")
    assert is_json(b' {"a": 1}')
    assert not is_json(b"[a]")
    assert is_mail(b"Received: a\nFrom: b\n\n")
    assert not is_mail(b"From: a\nTo: b\n\n")


@given(st.binary(max_size=400))
def test_any_bytes_are_read(data: bytes) -> None:
    _read(data)
    _read(b"\xff\xfe" + data)
    _read(b"\xff\xfe\0\0" + data)
