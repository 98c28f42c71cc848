"""Bytes spelled as text: each reader gives them back, however the pieces are joined."""

import base64
import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.smuggling import pieces
from scanners.smuggling.spellings import (
    LONGEST,
    Reader,
    is_cut,
    read_base64,
    read_escapes,
    read_hex,
    read_link,
    read_numbers,
    read_packed,
)

DATA = bytes(range(256)) * 20
LETTERS = base64.b64encode(DATA)
BASE64 = {
    "one run": LETTERS + b"'",
    "lines": base64.encodebytes(DATA),
    "blanks before lines": pieces(LETTERS, 64, b"\r\n    "),
    "plus": pieces(LETTERS, 40, b'" + "'),
    "ampersand and line": pieces(LETTERS, 40, b'" & _\r\n  "'),
    "commas": pieces(LETTERS, 40, b"', '"),
    "assignments": pieces(LETTERS, 40, b'"\r\ns = s & "'),
    "augmented": pieces(LETTERS, 40, b"';\n$data .= '"),
    "calls": pieces(LETTERS, 40, b'");\nlist.push("'),
    "comments": pieces(LETTERS, 60, b"\r\nREM "),
    "echo": pieces(LETTERS, 60, b" >> a.txt\r\n@echo "),
    "URL letters": base64.urlsafe_b64encode(DATA),
}
HEX = {
    "one run": DATA.hex().encode(),
    "blanks": DATA.hex(" ").encode(),
    "dashes": DATA.hex("-").upper().encode(),
    "C": b", ".join(b"0x%02x" % byte for byte in DATA)[2:],
    "C, short": b",".join(b"0x%x" % byte for byte in DATA)[2:],
    "escapes": b"".join(b"\\x%02X" % byte for byte in DATA)[2:],
    "unicode": b"".join(b"\\u%04x" % byte for byte in DATA)[4:],
    "percent": b"".join(b"%%%02x" % byte for byte in DATA)[1:],
    "Basic": b", ".join(b"&H%X" % byte for byte in DATA)[2:],
    "chr": b" & ".join(b"Chr(&H%02X)" % byte for byte in DATA)[6:],
    "assignments": pieces(DATA.hex().encode(), 40, b'"\na = a + "'),
}
NUMBERS = {
    "commas": b",".join(b"%d" % byte for byte in DATA),
    "lines": b",\n  ".join(b"%d" % byte for byte in DATA),
    "signed": b", ".join(b"%d" % (byte if byte < 128 else byte - 256) for byte in DATA),
    "chr": b" & ".join(b"Chr(%d)" % byte for byte in DATA)[4:],
    "chr and lines": b" & _\r\n".join(b"ChrW( %d )" % byte for byte in DATA)[6:],
}
ESCAPES = {
    "hex": b"".join(b"\\x%02x" % byte for byte in DATA),
    "octal": b"".join(b"\\%03o" % byte for byte in DATA),
    "unicode": b"".join(b"\\u%04x" % byte for byte in DATA),
    "Python": repr(DATA).encode()[2:-1],
    "joined": pieces(b"".join(b"\\x%02x" % byte for byte in DATA), 40, b'" + "'),
}
PACKED = {
    "gzip": base64.b64encode(gzip.compress(DATA)),
    "zlib": pieces(base64.b64encode(zlib.compress(DATA)), 30, b"' + '"),
}
LINKS = {
    "percent": b"data:," + b"".join(b"%%%02x" % byte for byte in DATA),
    "entities": b"data:a/b;base64," + b"".join(b"&#%d;" % byte for byte in LETTERS),
}
CASES = [
    *((read_base64, BASE64[name]) for name in BASE64),
    *((read_hex, HEX[name]) for name in HEX),
    *((read_numbers, NUMBERS[name]) for name in NUMBERS),
    *((read_escapes, ESCAPES[name]) for name in ESCAPES),
    *((read_packed, PACKED[name]) for name in PACKED),
    *((read_link, LINKS[name]) for name in LINKS),
]
READERS = [read_base64, read_hex, read_numbers, read_escapes, read_packed, read_link]


@pytest.mark.parametrize(
    "read, text", CASES, ids=[*BASE64, *HEX, *NUMBERS, *ESCAPES, *PACKED, *LINKS]
)
def test_every_spelling(read: Reader, text: bytes) -> None:
    assert read(text, LONGEST)[0] == DATA
    head, _ = read(text, 64)
    assert head[:64] == DATA[:64]
    assert len(head) < len(DATA)


def test_what_follows_ends_the_reading() -> None:
    assert read_base64(LETTERS[:8] + b"'); alert('x')", 99)[0].startswith(DATA[:6])
    assert read_hex(b"00010203); zulu", 99) == (DATA[:4], 8)
    assert read_numbers(b"0,1,2,300,4", 99)[0] == DATA[:3]


@given(st.binary(max_size=400), st.sampled_from(READERS))
def test_any_text_can_be_read(text: bytes, read: Reader) -> None:
    data, taken = read(text, 100)
    assert taken <= len(text)
    assert len(data) <= (100 if read is read_packed else taken)


@pytest.mark.parametrize("read", READERS)
def test_hostile_texts_are_quick(read: Reader) -> None:
    """Patterns that try again would take minutes here; the test's limit ends it."""
    for text in (
        b"a" * 200_000,
        b'"+' * 100_000,
        b"a=" * 100_000,
        b"a\n" * 100_000,
        b"s & " * 50_000,
        b"@" * 100_000,
        b"set a=%" * 30_000,
        b"\\" * 100_000,
        b"&#" * 100_000,
    ):
        read(b"77" + text, 1 << 20)


def test_a_text_that_goes_on_is_cut() -> None:
    assert not is_cut(b"a" * 9, LONGEST, LONGEST)
    assert is_cut(b"a" * 9, LONGEST, LONGEST + 1)
    assert not is_cut(b"a" * 9, LONGEST // 2, LONGEST + 1)
    assert is_cut(bytes(LONGEST), 9, 9)
