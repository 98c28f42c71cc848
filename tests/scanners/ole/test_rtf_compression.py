"""Compressed RTF: the examples of the specification, and what is broken."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.errors import ContentMalformed
from scanners.ole.rtf_compression import COMPRESSED, STORED, compressed_rtf


def unpacked(data: bytes) -> bytes:
    return b"".join(compressed_rtf(memoryview(data)))


EXAMPLES = {  # [MS-OXRTFCP] §3.1, 3.2
    "simple": (
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c0900206277"
        "05b06c647d0a800fa0",
        b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n",
    ),
    "reading beyond the write position": (
        "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0",
        b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}",
    ),
}


@pytest.mark.parametrize("packed, plain", EXAMPLES.values(), ids=EXAMPLES)
def test_examples_of_the_specification(packed: str, plain: bytes) -> None:
    assert unpacked(bytes.fromhex(packed)) == plain


def test_stored() -> None:
    assert unpacked(struct.pack("<4I", 12 + 5, 5, STORED, 0) + b"{rtf}more") == b"{rtf}"


BROKEN = {
    "nothing": b"",
    "no known kind": struct.pack("<4I", 20, 5, 0x12345678, 0) + b"abcdefgh",
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken(data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        unpacked(data)


@given(st.binary(max_size=500))
def test_noise_grows_by_no_more_than_copies_can(noise: bytes) -> None:
    head = struct.pack("<4I", 12 + len(noise), 1, COMPRESSED, 0)
    assert len(unpacked(head + noise)) <= 9 * len(noise)
