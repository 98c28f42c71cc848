"""What a link can lead to, and what is content under its name."""

import pytest

from scanners.archives.targets import LONGEST_TARGET, is_target, text_of

CASES = {
    "name": (b"../lib/a.so.1", True),
    "any encoding": ("ünï".encode() + b"\xff", True),
    "longest": (b"a" * (LONGEST_TARGET - 1), True),
    "longer": (b"a" * LONGEST_TARGET, False),
    "nothing": (b"", False),
    "binary": (b"MZ\0", False),
    "lines": (b"#!/bin/sh\nls", False),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_targets(data: bytes, expected: bool) -> None:
    assert is_target(memoryview(data)) is expected


def test_text() -> None:
    assert text_of(memoryview(b"../a\xff")) == "../a\ufffd"
    assert text_of(memoryview(bytes(9000))) == "\0" * LONGEST_TARGET
