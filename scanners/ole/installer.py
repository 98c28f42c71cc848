"""Streams of Windows Installer files: what they are called, and which of them hold files."""

from collections.abc import Iterator

from scanners.ole.compound import Compound, Entry
from scanners.ole.directory import INSTALLER_TABLE

PAIR, SINGLE, END = 0x3800, 0x4800, 0x4840
"""Characters that stand for two letters, for one, and the first that stands for none."""
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"


def stored_files(compound: Compound) -> Iterator[tuple[str, Entry]]:
    """Yield the streams that are no table of the database: binaries, icons, cabinets."""
    for entry in compound.streams():
        if not entry.name.startswith((INSTALLER_TABLE, "\x05")):
            yield stream_name(entry.name), entry


def stream_name(name: str) -> str:
    """Return a name with the characters undone that pack two letters of 64 into one."""
    shown: list[str] = []
    for letter in name:
        code = ord(letter)
        if PAIR <= code < SINGLE:
            code -= PAIR
            shown += (LETTERS[code & 0x3F], LETTERS[code >> 6])
        elif SINGLE <= code < END:
            shown.append(LETTERS[code - SINGLE])
        else:
            shown.append(letter)
    return "".join(shown)
