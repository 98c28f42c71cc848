"""Copies of headers for quick opening: honest ones, and ones that show other names."""

import struct
from collections.abc import Callable
from zlib import crc32

import pytest

from samples.rar_archives import RarFile, rar5, vints
from scanners.budget import Budget
from scanners.rar.keys import Derived
from scanners.rar.rar5 import read

FIRST = 8 + 4 + 1 + 3  # behind the signature and the main header
PLAIN = rar5([RarFile("a.txt", b"text")])
HEADER = PLAIN[FIRST : PLAIN.index(b"text")]


def copies(header: bytes, *, offset: int | None = None, checksum: int | None = None) -> bytes:
    """Return an archive with a quick-open record, which stands where the end stood."""
    back = len(PLAIN) - 8 - FIRST if offset is None else offset
    body = vints(0, back, len(header)) + header
    sized = vints(len(body)) + body
    stated = crc32(sized) if checksum is None else checksum
    data = struct.pack("<I", stated) + sized
    return rar5([RarFile("a.txt", b"text"), RarFile("", data, service="QO")])


CASES = {
    "honest": (copies(HEADER), False),
    "another name": (copies(HEADER.replace(b"a.txt", b"a.exe")), True),
    "of another place": (copies(HEADER, offset=3), True),
    "of a place before the file": (copies(HEADER, offset=10**6), True),
    "skipped by readers": (copies(HEADER.replace(b"a.txt", b"a.exe"), checksum=1), False),
    "cut": (copies(HEADER[:-1] + b""), False),
    "nothing": (rar5([RarFile("", b"", service="QO")]), False),
    "noise": (rar5([RarFile("", b"\xff" * 40, service="QO")]), False),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_copies(new_budget: Callable[..., Budget], data: bytes, expected: bool) -> None:
    archive = read(memoryview(data), 0, new_budget(), Derived())
    assert [word for word, _ in archive.ambiguous] == (["quick_open"] if expected else [])
    assert not archive.broken
