"""ACE archives, made by code: names are judged, stored content is read, the rest is a gap."""

import struct
from collections.abc import Callable
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.model import Examination, Reason

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
PE = builders.pe()
TEXT = b"Plain text.\n" * 9
EXECUTABLE, DOUBLE = "archive.executable?", "disguise.double_extension"
MALFORMED, ENCRYPTED, SEALED = (
    "unscanned.malformed",
    "unscanned.encrypted",
    "archive.encrypted?",
)


def header(kind: int, flags: int, body: bytes) -> bytes:
    whole = struct.pack("<BH", kind, flags) + body
    return struct.pack("<HH", ~crc32(whole) & 0xFFFF, len(whole)) + whole


def file(
    name: bytes, data: bytes, *, flags: int = 0, method: int = 0, folder: bool = False, **odd: int
) -> bytes:
    checksum = odd.get("checksum", ~crc32(data) & 0xFFFFFFFF)
    sizes = struct.pack("<2Q" if odd.get("wide") else "<2I", len(data), len(data))
    fields = struct.pack(
        "<2IIBBHHH", 0, 0x10 if folder else 0x20, checksum, method, 3, 10, 0, len(name)
    )
    kind = 3 if odd.get("wide") else 1
    return header(kind, flags | 1, sizes + fields + name) + data


def ace(*files: bytes) -> bytes:
    main = b"**ACE**" + bytes([20, 20, 2, 0]) + bytes(12)
    return header(0, 0x100, main) + b"".join(files)


CASES = {
    "nothing": (ace(), set()),
    "texts": (ace(file(b"a.txt", TEXT), file(b"d\\b.txt", TEXT)), set()),
    "program": (ace(file(b"tool.exe", PE)), {EXECUTABLE}),
    "large": (ace(file(b"tool.exe", PE, wide=1)), {EXECUTABLE}),
    "packed": (ace(file(b"photo.jpg.exe", PE, method=1)), {EXECUTABLE, DOUBLE, MALFORMED}),
    "locked": (
        ace(file(b"photo.jpg.exe", PE, flags=0x4000)),
        {EXECUTABLE, DOUBLE, SEALED, ENCRYPTED},
    ),
    "in volumes": (ace(file(b"a.txt", TEXT, flags=0x2000)), {MALFORMED}),
    "folder": (ace(file(b"d", b"", folder=True)), set()),
    "climbing": (ace(file(b"..\\..\\a.txt", TEXT)), {"archive.traversal"}),
    "wrong checksum": (ace(file(b"a.txt", TEXT, checksum=1)), {MALFORMED}),
    "broken header": (ace(file(b"a.txt", TEXT)).replace(b"a.txt", b"b.txt"), {MALFORMED}),
    "cut": (ace(file(b"a.txt", TEXT))[:-1], {MALFORMED}),
    "more behind it": (ace(file(b"a.txt", TEXT)) + b"more", {MALFORMED}),
    "recovery record": (ace(header(2, 1, struct.pack("<I", 4)) + b"data"), set()),
    "fields cut": (ace(header(1, 0, bytes(9))), {MALFORMED}),
    "no main header": (b"\0" * 7 + b"**ACE**" + bytes(40), {MALFORMED}),
    "main header of another kind": (
        header(1, 0, b"**ACE**" + bytes(16)),
        {MALFORMED},
    ),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_archive(run: Examine, findings: Findings, data: bytes, expected: set[str]) -> None:
    assert findings(run(data)) == expected


def test_names_in_an_old_code_page(run: Examine) -> None:
    types = run(ace(file(b"\x81.txt", TEXT))).types
    assert types is not None
    assert [node.name for node in types.children] == ["ü.txt"]


def test_stored_members_are_handed_to_clamav(run: Examine) -> None:
    extracted = run(ace(file(b"a.txt", TEXT), file(b"b.txt", TEXT, method=2))).extracted
    assert [bytes(one.view) for one in extracted] == [TEXT]


WHOLE = ace(file(b"a.txt", TEXT), file(b"tool.exe", PE))


@given(st.integers(14, len(WHOLE) - 1), st.integers(1, 255))
def test_any_damage_is_told(run: Examine, at: int, change: int) -> None:
    damaged = WHOLE[:at] + bytes([WHOLE[at] ^ change]) + WHOLE[at + 1 :]
    found = run(damaged)
    assert Reason.MALFORMED in {gap.reason for gap in found.unscanned}
