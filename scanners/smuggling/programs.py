"""Programs inside other bytes, told by headers that add up: two letters are chance."""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass

from scanners.smuggling.sightings import Sighting

DOS_HEADER = 64
WINDOW = 16 * 1024
"""Bytes between the start of a PE and its second header; linkers write 64 to 1,024 of them."""
MAX_SECTIONS = 96
MAX_COMMANDS = 1024
_MACHINES_OF_APPLE = frozenset({7, 12, 18})
_DOS = re.compile(rb"MZ(?=.{60}\0\0)", re.DOTALL)
_COFF = struct.Struct("<4sHHIIIHHH")
_SECTION = struct.Struct("<8sIIII16x")


@dataclass(frozen=True, slots=True)
class Program:
    kind: str
    """Name of its type: pe, elf, macho, lnk, dex."""
    start: int
    end: int
    """As its headers tell, <= len(view); the view's end if they do not."""


def program_at(view: memoryview, sighting: Sighting) -> Program | None:
    """Return the program that shows the sign, or None: the sign stands there by chance."""
    check = _CHECKS.get(sighting.kind)
    try:
        return check(view, sighting.at) if check else None
    except (struct.error, IndexError):
        return None


def _pe(view: memoryview, at: int) -> Program | None:
    base = max(0, at - WINDOW)
    window = bytes(view[base : at + DOS_HEADER])
    for match in _DOS.finditer(window, 0, len(window)):
        start = base + match.start()
        (distance,) = struct.unpack_from("<I", window, match.start() + 60)
        if start + distance == at and (end := _end_of_pe(view[start:], distance)):
            return Program("pe", start, start + end)
    return None


def _end_of_pe(view: memoryview, at: int) -> int | None:
    """Return the end of the sections' data; None if the tables make no sense."""
    _, _, count, _, _, _, size, _, magic = _COFF.unpack_from(view, at)
    if magic not in (0x10B, 0x20B) or not 0 < count <= MAX_SECTIONS or not 0x60 <= size <= 0x400:
        return None
    table, end, inside = at + 24 + size, 0, 0
    for number in range(count):
        _, _, address, length, start = _SECTION.unpack_from(view, table + number * _SECTION.size)
        if address == 0 or address % 16:
            return None
        if length and start < len(view):
            inside += 1
            end = max(end, start + length)
    return min(end, len(view)) if inside else None


def _elf(view: memoryview, at: int) -> Program | None:
    order, wide = ("<" if view[at + 5] == 1 else ">"), view[at + 4] == 2
    layout = order + ("HHIQQQIHHHHH" if wide else "HHIIIIIHHHHH")
    kind, machine, version, _, programs, sections, _, own, size, count, entry, entries = (
        struct.unpack_from(layout, view, at + 16)
    )
    left = len(view) - at
    sane = kind in (1, 2, 3) and machine and version == 1 and own == (64 if wide else 52)
    if not sane or (count and size != (56 if wide else 32)) or count > 256:
        return None
    if not (programs or sections) or programs >= left:
        return None
    end = sections + entry * entries if sections else left
    return Program("elf", at, at + min(end, left))


def _macho(view: memoryview, at: int) -> Program | None:
    """Of the magic the sign has all but the first byte, which tells 32 from 64 bits."""
    start = at - 1
    if start < 0 or view[start] not in b"\xce\xcf":
        return None
    machine, _, kind, count, size = struct.unpack_from("<5I", view, start + 4)
    first = start + (32 if view[start] == 0xCF else 28)
    command, length = struct.unpack_from("<II", view, first)
    sane = machine & 0xFFFFFF in _MACHINES_OF_APPLE and kind in range(1, 13)
    sane = sane and 0 < count <= MAX_COMMANDS and 8 <= length <= size <= len(view) - first
    return Program("macho", start, len(view)) if sane and command & 0x7FFFFFFF < 0x80 else None


def _lnk(view: memoryview, at: int) -> Program | None:
    """[MS-SHLLINK] §2.1: behind the class id a header whose last ten bytes are zero."""
    reserved = bytes(view[at + 66 : at + 76])
    return Program("lnk", at, len(view)) if reserved == bytes(10) else None


def _dex(view: memoryview, at: int) -> Program | None:
    size, header, order = struct.unpack_from("<III", view, at + 32)
    sane = header == 0x70 and order == 0x12345678 and header < size <= len(view) - at
    return Program("dex", at, at + size) if sane else None


_CHECKS: dict[str, Callable[[memoryview, int], Program | None]] = {
    "pe": _pe, "elf": _elf, "macho": _macho, "lnk": _lnk, "dex": _dex,
}  # fmt: skip
