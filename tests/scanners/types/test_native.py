"""Finer words for native programs."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.types.native import dos_words, elf_words, macho_words, pe_words
from tests.scanners.types import binaries as b

STUB = b.pe_with()
PYINSTALLER = STUB + b"a" * 90 + b"MEI\x0c\x0b\x0a\x0b\x0e" + bytes(80)
NSIS = STUB + bytes(4) + b"\xef\xbe\xad\xdeNullsoftInst" + bytes(40)
AUTOIT = bytes.fromhex("a3484bbe986c4aa9994c530a86d6487d") + b"AU3!EA06"
PE = {
    "program": (builders.pe(), "exe gui 32bit"),
    "library": (builders.pe(dll=True), "dll gui 32bit"),
    "on the console": (b.pe_with(subsystem=3, wide=True), "exe console 64bit"),
    "driver": (b.pe_with(subsystem=1, wide=True), "driver 64bit"),
    "firmware": (b.pe_with(subsystem=10, wide=True), "efi 64bit"),
    "managed": (b.managed(), "dll dotnet console 64bit"),
    "add-in": (b.exporting(b"xlAutoOpen"), "dll gui 32bit xll"),
    "control panel": (b.exporting(b"CPlApplet"), "dll gui 32bit cpl"),
    "ordinary export": (b.exporting(b"DllMain"), "dll gui 32bit"),
    "nsis": (NSIS, "exe gui 32bit installer nsis"),
    "inno": (b.with_resource(10, 11111), "exe gui 32bit installer inno"),
    "old inno": (STUB[:0x30] + b"Inno" + STUB[0x34:], "exe gui 32bit installer inno"),
    "wix": (
        b.pe_with(sections={b".text": b"\xc3", b".wixburn": b"a"}),
        "exe gui 32bit installer wix",
    ),
    "msi wrapper": (STUB + builders.msi(), "exe gui 32bit installer msi"),
    "iexpress": (b.with_resource(10, "CABINET"), "exe gui 32bit sfx cab"),
    "zip": (STUB + builders.zip_of({"a": b"b"}), "exe gui 32bit sfx zip"),
    "zip and one byte": (STUB + builders.zip_of({"a": b"b"}) + b"\0", "exe gui 32bit"),
    "7z": (STUB + builders.empty_7z(), "exe gui 32bit sfx 7z"),
    "7z with settings": (STUB + b";!@Install@!UTF-8!\n", "exe gui 32bit sfx 7z"),
    "rar": (STUB + builders.empty_rar(), "exe gui 32bit sfx rar"),
    "cab": (STUB + b"MSCF\0\0\0\0", "exe gui 32bit sfx cab"),
    "autoit": (STUB + AUTOIT, "exe gui 32bit autoit"),
    "autoit in a resource": (b.with_resource(10, "SCRIPT"), "exe gui 32bit autoit"),
    "autohotkey": (b.with_resource(10, ">AUTOHOTKEY SCRIPT<"), "exe gui 32bit ahk"),
    "pyinstaller": (PYINSTALLER, "exe gui 32bit pyinstaller"),
    "packed": (b.pe_with(sections={b"UPX0": b"a", b"UPX1": b"b"}), "exe gui 32bit upx"),
    "other overlay": (STUB + b"settings", "exe gui 32bit"),
    "mark inside the image": (b.pe_with(sections={b".data": b"Rar!\x1a\x07"}), "exe gui 32bit"),
    "cut": (STUB[:0x90], ""),
}  # fmt: skip
ELF = {
    "program": (b.elf(2), "exe 64bit"),
    "of 32 bits": (b.elf(2, wide=False), "exe 32bit"),
    "big endian": (b.elf(2, big=True), "exe 64bit"),
    "library": (b.elf(3), "shared 64bit"),
    "movable program": (b.elf(3, interpreter=True), "exe 64bit"),
    "the same, old and big": (b.elf(3, interpreter=True, wide=False, big=True), "exe 32bit"),
    "object": (b.elf(1), "object 64bit"),
    "core": (b.elf(4), "core 64bit"),
    "module": (b.kernel_module(), "module 64bit"),
    "appimage": (b.elf(2)[:8] + b"AI\2" + b.elf(2)[11:], "exe 64bit appimage"),
    "unknown type": (b.elf(0xFE00), "64bit"),
    "cut": (b.elf(2)[:40], ""),
}
MACHO = {
    "program": (b.macho(2), "exe 64bit"),
    "library": (b.macho(6, wide=False), "dylib 32bit"),
    "bundle": (b.macho(8, big=True), "bundle 64bit"),
    "extension": (b.macho(11), "kext 64bit"),
    "fat": (builders.fat_macho(), "fat exe 64bit"),
    "fat without content": (builders.fat_macho()[:64], "fat"),
    "cut": (b.macho(2)[:20], ""),
}


@pytest.mark.parametrize("data, words", PE.values(), ids=PE)
def test_pe(data: bytes, words: str) -> None:
    assert pe_words(memoryview(data)) == words


@pytest.mark.parametrize("data, words", ELF.values(), ids=ELF)
def test_elf(data: bytes, words: str) -> None:
    assert elf_words(memoryview(data)) == words


@pytest.mark.parametrize("data, words", MACHO.values(), ids=MACHO)
def test_macho(data: bytes, words: str) -> None:
    assert macho_words(memoryview(data)) == words


def test_dos() -> None:
    head = struct.pack("<2s58xI", b"MZ", 64)
    assert dos_words(memoryview(head + b"NE" + bytes(40))) == "ne"
    assert dos_words(memoryview(head + b"XX")) == ""


@given(st.sampled_from([*PE.values(), *ELF.values(), *MACHO.values()]), st.data())
def test_any_damage_is_survived(case: tuple[bytes, str], draw: st.DataObject) -> None:
    whole = case[0]
    at = draw.draw(st.integers(0, len(whole)))
    noise = draw.draw(st.binary(max_size=16))
    damaged = memoryview(whole[:at] + noise + whole[at + len(noise) :])
    for words in (pe_words, elf_words, macho_words, dos_words):
        assert words(damaged).isascii()
