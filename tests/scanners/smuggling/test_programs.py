"""Headers of programs: what adds up is one, what is cut or changed is none."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders as b
from scanners.smuggling.programs import Program, program_at
from scanners.smuggling.sightings import Sighting

PE_AT = 0x80
DEX = b"dex\n035\0" + bytes(24) + struct.pack("<III", 0x80, 0x70, 0x12345678) + bytes(84)
BEFORE = b"\x93" * 7
WHOLE = [  # kind, bytes, offset of the sign, length
    ("pe", b.pe(), PE_AT, 1024),
    ("pe", b.pe(size=4096), PE_AT, 4096),
    ("elf", b.elf(), 0, len(b.elf())),
    ("macho", b.macho(), 1, len(b.macho())),
    ("lnk", b.lnk(), 0, len(b.lnk())),
    ("dex", DEX, 0, 0x80),
]


@pytest.mark.parametrize("kind, data, sign, length", WHOLE, ids=lambda value: str(value)[:20])
def test_a_program_is_told_wherever_it_lies(kind: str, data: bytes, sign: int, length: int) -> None:
    view = memoryview(BEFORE + data)
    found = program_at(view, Sighting(kind, len(BEFORE) + sign))
    assert found == Program(kind, len(BEFORE), len(BEFORE) + length)


@pytest.mark.parametrize("kind, data, sign, length", WHOLE, ids=lambda value: str(value)[:20])
def test_a_sign_alone_is_none(kind: str, data: bytes, sign: int, length: int) -> None:
    assert program_at(memoryview(data[: sign + 16]), Sighting(kind, sign)) is None
    changed = data[: sign + 12] + b"\xff" * 40 + data[sign + 52 :]
    if kind not in ("lnk", "dex"):
        assert program_at(memoryview(changed), Sighting(kind, sign)) is None


def test_the_header_of_dos_has_to_lead_to_it() -> None:
    data = bytearray(b.pe())
    data[60:64] = struct.pack("<I", PE_AT + 4)
    assert program_at(memoryview(data), Sighting("pe", PE_AT)) is None


def test_many_false_starts_hide_no_program() -> None:
    decoys = b"MZ" + bytes(62)
    data = decoys * 200 + b.pe()
    found = program_at(memoryview(data), Sighting("pe", len(decoys) * 200 + PE_AT))
    assert found is not None
    assert found.start == len(decoys) * 200


@given(st.binary(max_size=300), st.sampled_from(["pe", "elf", "macho", "lnk", "dex"]))
def test_any_bytes_can_be_asked(data: bytes, kind: str) -> None:
    found = program_at(memoryview(data), Sighting(kind, min(4, len(data))))
    assert found is None or 0 <= found.start < found.end <= len(data)
