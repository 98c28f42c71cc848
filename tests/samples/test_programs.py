"""Programs are what libmagic says, and what their formats want."""

import struct
from collections.abc import Callable

import magic
import pytest

from samples.programs import elf, fat_macho, java_class, lnk, macho, pe, script, wide

PE_TYPES = {"application/x-dosexec", "application/vnd.microsoft.portable-executable"}
CASES: list[tuple[Callable[[], bytes], set[str]]] = [
    (pe, PE_TYPES),
    (lambda: pe(dll=True), PE_TYPES),
    (lambda: pe([b"x" * 5000], size=40_960), PE_TYPES),
    (elf, {"application/x-executable"}),
    (lambda: elf(shared=True), {"application/x-sharedlib"}),
    (macho, {"application/x-mach-binary"}),
    (fat_macho, {"application/x-mach-binary"}),
    (java_class, {"application/x-java-applet"}),
    (lnk, {"application/x-ms-shortcut"}),
    (lambda: lnk("cmd.exe", "/c exit"), {"application/x-ms-shortcut"}),
    (script, {"text/x-shellscript"}),
    (lambda: script("/usr/bin/env python3"), {"text/x-script.python"}),
]


@pytest.mark.parametrize("build, types", CASES)
def test_libmagic_agrees(build: Callable[[], bytes], types: set[str]) -> None:
    assert magic.Magic(mime=True).from_buffer(build()) in types


def test_pe_enters_at_a_single_return() -> None:
    data = pe([b"harmless"])
    (header,) = struct.unpack_from("<I", data, 0x3C)
    (entry,) = struct.unpack_from("<I", data, header + 24 + 16)
    virtual, size, offset = struct.unpack_from("<III", data, header + 24 + 224 + 12)
    assert entry == virtual
    assert data[offset] == 0xC3
    assert offset + size == len(data)


@pytest.mark.parametrize("size", [0, 1, 1024, 1025, 40_960, 49_152])
def test_pe_has_the_wanted_size(size: int) -> None:
    data = pe([b"one", b"two"], size=size)
    assert len(data) % 512 == 0
    assert size <= len(data) < max(size, 1024) + 512
    assert b"\0one\0two\0" in data


@pytest.mark.parametrize("build", [pe, elf, macho])
def test_strings_are_kept(build: Callable[[list[bytes]], bytes]) -> None:
    assert wide("MSN") in build([b"first", wide("MSN")])


def test_dll_is_marked_as_one() -> None:
    program, library = (
        struct.unpack_from("<H", pe(dll=dll), 0x80 + 22)[0] for dll in (False, True)
    )
    assert not program & 0x2000
    assert library & 0x2000
