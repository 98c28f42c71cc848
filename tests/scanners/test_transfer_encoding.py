"""base64 and quoted-printable: every reading is kept, and a doubtful one is a gap."""

import base64
import quopri
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners import inflate
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.inflate import Decoder
from scanners.transfer_encoding import DECODERS, decode_letters, quoted_printable
from scanners.transfer_encoding import base64 as from_base64

MakeBudget = Callable[..., Budget]

CASES = {  # decoder, text -> bytes, clean
    "plain": (from_base64, b"aGVsbG8=", b"hello", True),
    "lines": (from_base64, b"aGVs\r\nbG8=\r\n", b"hello", True),
    "no padding": (from_base64, b"aGVsbG8", b"hello", True),
    "nothing": (from_base64, b"", b"", True),
    "foreign letters are skipped": (from_base64, b"aG*Vs\0bG8=", b"hello", False),
    "goes on behind padding": (from_base64, b"aGVsbG8=aGVsbG8=", b"hellohello", False),
    "soft line break": (quoted_printable, b"hel=\r\nlo=21", b"hello!", True),
    "blank before a soft break": (quoted_printable, b"hel= \r\nlo", b"hel= \r\nlo", False),
    "no such escape": (quoted_printable, b"50=%", b"50=%", False),
    "raw bytes": (quoted_printable, b"MZ\x90\0", b"MZ\x90\0", False),
}


@pytest.mark.parametrize("decoder, text, expected, clean", CASES.values(), ids=CASES)
def test_decoding(
    new_budget: MakeBudget, decoder: Decoder, text: bytes, expected: bytes, clean: bool
) -> None:
    unpacked = inflate.unpack(decoder, memoryview(text), new_budget(), ceiling=None)
    assert bytes(unpacked.data) == expected
    assert isinstance(unpacked.failure, ContentMalformed) is not clean


@given(st.binary(max_size=100), st.integers(1, 9))
def test_base64_at_any_cut(data: bytes, feed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scanners.transfer_encoding.FEED", feed)
        text = memoryview(base64.encodebytes(data))
        assert b"".join(from_base64(text)) == data


@given(st.binary(max_size=200), st.integers(100, 140))
def test_quoted_printable_at_any_cut(data: bytes, feed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scanners.transfer_encoding.FEED", feed)
        text = memoryview(quopri.encodestring(data, quotetabs=True))
        assert b"".join(quoted_printable(text)) == quopri.decodestring(bytes(text))


def test_encodings_that_leave_the_bytes_alone() -> None:
    assert [name for name, decoder in DECODERS.items() if decoder is None] == [
        "",
        "7bit",
        "8bit",
        "binary",
    ]


@pytest.mark.parametrize(
    "pieces, expected, resumed",
    [
        ([b"aGVs", b"bG8="], b"hello", False),
        ([b"a", b"GV", b"sbG8"], b"hello", False),
        ([b"aGVsbG8=", b"aGVs"], b"hellohel", True),
        ([b"aGVsbG8=", b"="], b"hello", False),
        ([b"A"], b"", False),
    ],
)
def test_letters_in_pieces(pieces: list[bytes], expected: bytes, resumed: bool) -> None:
    decoding, found = decode_letters(pieces), b""
    try:
        while True:
            found += next(decoding)
    except StopIteration as end:
        assert (found, end.value) == (expected, resumed)
