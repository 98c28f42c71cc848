"""Tokens of formulas: calls are found where they are, and not in texts."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.ole.excel_formulas import called

TEXT = b"\x17\x04\x00calc"
WIDE_TEXT = b"\x17\x04\x01c\0a\0l\0c\0"
EXEC, CALL, HALT = b"\x42\x01\x6e\0", b"\x22\x03\x96\0", b"\x41\x36\0"
CASES: dict[str, tuple[bytes, bool, list[str]]] = {
    "EXEC of a text": (TEXT + EXEC, False, ["EXEC"]),
    "EXEC of a wide text": (WIDE_TEXT + EXEC, False, ["EXEC"]),
    "of a joined text": (TEXT + TEXT + b"\x08" + EXEC, False, ["EXEC"]),
    "behind references": (b"\x44\1\0\2\0" + b"\x25" + bytes(8) + CALL, False, ["CALL"]),
    "behind numbers": (b"\x1e\1\0\x1f" + bytes(8) + b"\x1d\1" + HALT, False, ["HALT"]),
    "in a choice": (b"\x19\x04\1\0\0\0\0\0" + EXEC, False, ["EXEC"]),
    "behind an attribute": (b"\x19\x40\0\1" + EXEC, False, ["EXEC"]),
    "command": (b"\x42\x02\x60\x80", False, ["FORMULA"]),
    "user-defined": (b"\x42\x02\xff\0", False, []),
    "a text that looks like a call": (b"\x17\x04\x00" + EXEC, False, []),
    "behind a token nobody knows": (b"\x1a\x00" + EXEC, False, ["EXEC"]),
    "that is cut": (EXEC[:2], False, []),
    "xlsb": (b"\x17\x04\0c\0a\0l\0c\0" + EXEC, True, ["EXEC"]),
    "xlsb behind a reference": (b"\x44" + bytes(6) + CALL, True, ["CALL"]),
    "xlsb behind a list": (b"\x18" + bytes(4) + CALL, True, ["CALL"]),
}


@pytest.mark.parametrize("tokens, wide, expected", CASES.values(), ids=CASES)
def test_calls(tokens: bytes, wide: bool, expected: list[str]) -> None:
    assert list(called(tokens, wide=wide)) == expected


@given(st.binary(max_size=200), st.booleans())
def test_noise_ends(noise: bytes, wide: bool) -> None:
    assert len(list(called(noise, wide=wide))) <= len(noise)


@given(st.lists(st.sampled_from([TEXT, WIDE_TEXT, b"\x1e\5\0", b"\x24\1\0\2\0"]), max_size=9))
def test_what_stands_before_a_call_does_not_hide_it(before: list[bytes]) -> None:
    tokens = b"".join(before) + struct.pack("<BBH", 0x42, 1, 0x95)
    assert list(called(tokens)) == ["REGISTER"]
