"""Names of RAR 4: code pages, UTF-8, and the packed Unicode behind a zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.rar.names4 import LONGEST, names


def packed(high: int, *fields: tuple[int, bytes]) -> bytes:
    """Return a packed name of (kind, bytes) pairs, four kinds in front of their bytes."""
    data = bytes([high])
    for start in range(0, len(fields), 4):
        four = fields[start : start + 4]
        kinds = sum(kind << shift for (kind, _), shift in zip(four, (6, 4, 2, 0)))
        data += bytes([kinds]) + b"".join(body for _, body in four)
    return data


CASES = {
    "ASCII": (b"a.txt", False, ("a.txt",)),
    "code page": (b"\x81.txt", False, ("ü.txt",)),
    "UTF-8": ("ü.txt".encode(), True, ("ü.txt",)),
    "Unicode, flagged only": (b"a.txt\0", True, ("a.txt",)),
    "low bytes": (b"?.t\0" + packed(0, (0, b"a"), (0, b"."), (0, b"t")), True, ("a.t", "?.t")),
    "common high byte": (b"?\0" + packed(4, (1, b"\x43")), True, ("у", "?")),
    "both bytes": (b"?\0" + packed(0, (2, b"\x43\x04")), True, ("у", "?")),
    "run": (b"a.txt\0" + packed(0, (3, b"\x03")), True, ("a.txt",)),
    "shifted run": (b"abc\0" + packed(4, (3, b"\x81\x01")), True, ("ѢѣѤ", "abc")),
    "surrogates": (
        b"??\0" + packed(0, (2, b"\x35\xd8"), (2, b"\x00\xdc")),
        True,
        ("\U0001d400", "??"),
    ),
    "another extension": (
        b"a.txt\0" + packed(0, *((0, bytes([byte])) for byte in b"a.exe")),
        True,
        ("a.exe", "a.txt"),
    ),
    "cut": (b"a\0" + packed(0, (2, b"\x43\x04"))[:-1], True, ("a",)),
    "nothing": (b"", False, ("",)),
}


@pytest.mark.parametrize("raw, unicode, expected", CASES.values(), ids=CASES)
def test_names(raw: bytes, unicode: bool, expected: tuple[str, ...]) -> None:
    assert names(raw, unicode=unicode) == expected


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_names(raw: bytes, unicode: bool) -> None:
    found = names(raw, unicode=unicode)
    assert found
    assert all(len(name) <= max(LONGEST, len(raw)) for name in found)


def test_runs_end() -> None:
    (first, _) = names(b"a" * 2000 + b"\0" + packed(0, *[(3, b"\x7f")] * 40), unicode=True)
    assert len(first) == LONGEST
