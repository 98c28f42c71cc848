"""Finer words for native programs: what kind of PE, ELF or Mach-O it is, and what it carries."""

import re
import struct

from scanners.types.pe import PeImage, read_pe
from scanners.zip import directory as zip_archive

TAIL = 4096
"""Bytes at the end where packers leave their mark."""
STRINGS = 16 * 1024
"""Bytes of section names looked at; a kernel module has less than 4 KiB."""

_NSIS = b"\xef\xbe\xad\xdeNullsoftInst"
_AUTOIT = bytes.fromhex("a3484bbe986c4aa9994c530a86d6487d")
_PYINSTALLER = b"MEI\x0c\x0b\x0a\x0b\x0e"
_OVERLAYS = {
    b"Rar!\x1a\x07": "sfx rar",
    b"7z\xbc\xaf\x27\x1c": "sfx 7z",
    b"\xef\xbb\xbf;!@Install@!": "sfx 7z",
    b";!@Install@!": "sfx 7z",
    b"MSCF\0\0\0\0": "sfx cab",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "installer msi",
    b"InstallShield\0": "installer installshield",
    b"ISSetupStream\0": "installer installshield",
    b"zlb\x1a": "installer inno",
    b"idska32\x1a": "installer inno",
    _AUTOIT: "autoit",
}
_SECTIONS = {b".wixburn": "installer wix", b"_winzip_": "sfx zip", b"UPX0": "upx"}
_RESOURCES = {
    "10/11111": "installer inno",
    "10/CABINET": "sfx cab",
    "10/SCRIPT": "autoit",
    "10/>AUTOHOTKEY SCRIPT<": "ahk",
}
_EXPORTS = {b"xlAutoOpen": "xll", b"CPlApplet": "cpl"}
_SUBSYSTEMS = {2: "gui", 3: "console"}
_EFI = range(10, 14)

_ELF_TYPES = {1: "object", 2: "exe", 3: "shared", 4: "core"}
_KERNEL_MODULE = re.compile(rb"\0\.(?:modinfo|gnu\.linkonce\.this_module)\0")
_MACHO_TYPES = {
    1: "object", 2: "exe", 4: "core", 6: "dylib", 7: "dylinker", 8: "bundle", 10: "dsym",
    11: "kext",
}  # fmt: skip


def pe_words(view: memoryview) -> str:
    """Return words such as "dll dotnet console 64bit" or "exe gui 32bit installer nsis"."""
    image = read_pe(view)
    if image is None:
        return ""
    words = [_role(image)]
    if image.managed:
        words.append("dotnet")
    if image.subsystem in _SUBSYSTEMS:
        words.append(_SUBSYSTEMS[image.subsystem])
    words.append(f"{image.bits}bit")
    if image.library:
        words += [word for name, word in _EXPORTS.items() if image.exports(view, name)]
    words += [_SECTIONS[part.name] for part in image.sections if part.name in _SECTIONS]
    resources = image.resources(view)
    words += [word for name, word in _RESOURCES.items() if name in resources]
    if bytes(view[0x30:0x34]) == b"Inno":
        words.append("installer inno")
    words += _overlay(view, image.end)
    return " ".join(dict.fromkeys(" ".join(words).split()))


def _role(image: PeImage) -> str:
    if image.subsystem in _EFI:
        return "efi"
    if image.library:
        return "dll"
    return "driver" if image.subsystem == 1 else "exe"


def _overlay(view: memoryview, start: int) -> list[str]:
    """Return what is known of the bytes behind the image."""
    if start >= len(view):
        return []
    head = bytes(view[start : start + 32])
    words = [word for mark, word in _OVERLAYS.items() if head.startswith(mark)]
    if _NSIS in head[4:]:
        words.append("installer nsis")
    tail = bytes(view[max(start, len(view) - TAIL) :])
    if _PYINSTALLER in tail:
        words.append("pyinstaller")
    if b"ADVINSTSFX" in tail[-64:]:
        words.append("installer")
    found = zip_archive.find_directory(view)
    if found and found.end >= start and found.tail == len(view):
        words.append("sfx zip")
    return words


def dos_words(view: memoryview) -> str:
    """Return the format of a program for DOS or 16-bit Windows, if it is one of the newer."""
    at = int.from_bytes(view[60:64], "little")
    return {b"NE": "ne", b"LE": "le", b"LX": "lx"}.get(bytes(view[at : at + 2]), "")


def elf_words(view: memoryview) -> str:
    """Return words such as "exe 64bit", "shared 32bit", "module 64bit" (System V ABI §4)."""
    head = bytes(view[:64])
    wide, order = head[4:5] == b"\2", ">" if head[5:6] == b"\2" else "<"
    if len(head) < (64 if wide else 52):
        return ""
    (kind,) = struct.unpack_from(order + "H", head, 16)
    word = _ELF_TYPES.get(kind, "")
    if word == "shared" and _has_interpreter(view, head, wide=wide, order=order):
        word = "exe"  # position-independent
    if word == "object" and _KERNEL_MODULE.search(_section_names(view, head, wide, order)):
        word = "module"
    words = [word, "64bit" if wide else "32bit", "appimage" if head[8:10] == b"AI" else ""]
    return " ".join(filter(None, words))


def _has_interpreter(view: memoryview, head: bytes, *, wide: bool, order: str) -> bool:
    start, size, count = struct.unpack_from(
        order + ("Q14xHH" if wide else "I10xHH"), head, 32 if wide else 28
    )
    for number in range(min(count, 64)):
        at = start + number * size
        if int.from_bytes(view[at : at + 4], "little" if order == "<" else "big") == 3:
            return True
    return False


def _section_names(view: memoryview, head: bytes, wide: bool, order: str) -> bytes:
    (table,) = struct.unpack_from(order + ("Q" if wide else "I"), head, 40 if wide else 32)
    size, _, index = struct.unpack_from(order + "3H", head, 58 if wide else 46)
    entry = bytes(view[table + index * size : table + index * size + 64])
    if len(entry) < 40:
        return b""
    start, length = struct.unpack_from(order + ("QQ" if wide else "II"), entry, 24 if wide else 16)
    return bytes(view[start : start + min(length, STRINGS)])


def macho_words(view: memoryview) -> str:
    """Return words such as "dylib 64bit" or "fat exe 64bit" (Apple loader.h, fat.h)."""
    head, words = bytes(view[:32]), []
    if head.startswith((b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")) and len(head) == 32:
        wide_offsets = head[3] == 0xBF
        at = int.from_bytes(head[16:24] if wide_offsets else head[16:20], "big")
        words, head = ["fat"], bytes(view[at : at + 32])
    if len(head) < 28:
        return " ".join(words)
    order = "<" if head[0] in b"\xce\xcf" else ">"
    magic, _, _, kind = struct.unpack_from(order + "4I", head)
    if magic in (0xFEEDFACE, 0xFEEDFACF):
        words += [_MACHO_TYPES.get(kind, ""), "64bit" if magic & 1 else "32bit"]
    return " ".join(filter(None, words))
