"""Base64 in text: every spelling that some receiver decodes."""

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners import base64_text
from scanners.base64_text import (
    Spelling,
    beginnings,
    decode_short,
    decoder,
    foreign,
    seems_base64,
    spellings,
    unescaped,
)

DATA = bytes(range(256)) * 2
STANDARD = base64.b64encode(DATA).decode()
URL_SAFE = base64.urlsafe_b64encode(DATA).decode()
SPELLED = {
    "standard": STANDARD,
    "url-safe": URL_SAFE,
    "no padding": STANDARD.rstrip("="),
    "lines": base64.encodebytes(DATA).decode(),
    "lines in JSON": json.dumps(base64.encodebytes(DATA).decode())[1:-1],
    "lines in JSON in JSON": json.dumps(json.dumps(base64.encodebytes(DATA).decode()))[3:-3],
    "slashes as PHP escapes them": STANDARD.replace("/", "\\/"),
    "unicode escapes": "".join(f"\\u{ord(sign):04X}" for sign in STANDARD),
    "percent": quote(STANDARD, safe=""),
    "rubbish between": STANDARD.replace("AA", "A!A\0"),
}


def _decode(text: bytes, spelling: Spelling = Spelling.USUAL) -> bytes:
    pieces = decoder(spelling)(memoryview(text))
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


@pytest.mark.parametrize("text", SPELLED.values(), ids=SPELLED)
def test_spelling(text: str) -> None:
    assert _decode(text.encode()) == DATA
    assert decode_short(text.encode())[0] == DATA


@pytest.mark.parametrize("text", SPELLED.values(), ids=SPELLED)
@given(feed=st.integers(20, 60))
def test_any_cut(text: str, feed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base64_text, "FEED", feed)
        assert _decode(text.encode()) == DATA


def test_what_follows_padding_is_decoded_too() -> None:
    assert _decode(b"aGVsbG8=aGVsbG8=") == b"hellohello"
    assert decode_short(b"aGVsbG8=aGVsbG8=") == [b"hellohello"]


@pytest.mark.parametrize(
    "text, expected",
    [
        (b"AAAA", [Spelling.USUAL]),
        (b"AA AA", [Spelling.USUAL, Spelling.PLUS]),
        (b"A-_A", [Spelling.USUAL]),
        (b"A-/A", [Spelling.USUAL, Spelling.STANDARD]),
        (b"A-\\u002bA", [Spelling.USUAL, Spelling.STANDARD]),
    ],
)
def test_spellings(text: bytes, expected: list[Spelling]) -> None:
    assert list(spellings(memoryview(text))) == expected


def test_blank_and_minus_are_read_both_ways() -> None:
    assert _decode(b"+AA+ AA", Spelling.PLUS) == base64.b64decode("+AA++AA=")
    assert _decode(b"+AA+ AA") == base64.b64decode("+AA+AA==")
    assert _decode(b"aGV-sbG8/", Spelling.STANDARD) == base64.b64decode("aGVsbG8/")


def test_foreign_characters() -> None:
    assert foreign(memoryview(b"AA==\r\n\\n%41-_")) == 0
    assert foreign(memoryview(b"AA: AA")) == 2


@pytest.mark.parametrize(
    "text, expected",
    [
        (STANDARD.encode(), True),
        (b"Some words of a message, with blanks between them." * 3, False),
        (b"!" + b"A" * 15, True),
        (b"!" + b"A" * 14, False),
    ],
)
def test_what_seems_base64(text: bytes, expected: bool) -> None:
    assert seems_base64(memoryview(text)) is expected


@pytest.mark.parametrize("rubbish", ["!", " ", "!!!! ", "\\u00e9", "\u00e9"])
def test_beginnings(rubbish: str) -> None:
    text = rubbish.join(STANDARD).encode()
    assert any(
        DATA.startswith(data[:60]) and len(data) > 60 for data in beginnings(memoryview(text))
    )


def test_beginnings_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base64_text, "BEGINNING", 8)
    assert list(beginnings(memoryview(b"!\n" * 1000 + b"QUJDREVGR0hJ"))) == [b"ABCDEF"]
    assert list(beginnings(memoryview(b"QUJD=REVG"))) == [b"ABC"]


@given(st.binary(max_size=200))
def test_any_text(text: bytes) -> None:
    assert len(_decode(text)) <= len(text)
    assert b"".join(unescaped(memoryview(text))) is not None
    assert decode_short(text)[0] == _decode(text)
