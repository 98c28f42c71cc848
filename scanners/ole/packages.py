"""Files that somebody dropped into a document ([MS-OLEDS]): packages, and links to elsewhere."""

import re
import struct
from contextlib import suppress
from dataclasses import dataclass

from scanners.documents.finding import Finding
from scanners.documents.targets import target_finding

LONGEST = 4096
"""Bytes of a name or of a moniker's text."""
LINKED = 1
"""Flag of a linked object (§2.3.3)."""
URL_MONIKER = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
FILE_MONIKER = bytes.fromhex("0303000000000000c000000000000046")
SCRIPT_MONIKERS = (
    bytes.fromhex("d30b2906aa48d2118432006008c3fbfc"),  # script
    bytes.fromhex("c7b0abec197fd211978e0000f8757e2a"),  # SOAP
)

_PLACE = re.compile(r"[\\/]")


@dataclass(frozen=True, slots=True)
class Package:
    """A file and all that it is called: by what it is shown, saved and started as."""

    data: memoryview
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class _Cursor:
    view: memoryview
    at: int = 0

    def number(self, size: int) -> int:
        raw = self.take(size)
        return int.from_bytes(raw, "little")

    def take(self, size: int) -> memoryview:
        piece = self.view[self.at : self.at + size]
        if len(piece) < size:
            raise ValueError("it breaks off")
        self.at += size
        return piece

    def text(self) -> str:
        """Take characters up to a zero, in whatever code page the sender had."""
        raw = bytes(self.view[self.at : self.at + LONGEST])
        end = raw.find(b"\0")
        if end < 0:
            raise ValueError("no end of a text")
        self.at += end + 1
        return raw[:end].decode("latin-1")

    def wide_text(self) -> str:
        length = self.number(4)
        if length > LONGEST:
            raise ValueError("a text too long")
        return bytes(self.take(2 * length)).decode("utf-16-le", "replace").rstrip("\0")


def read_package(stream: memoryview) -> Package:
    """Return what the stream `\\x01Ole10Native` holds (§2.3.6).

    Objects of other programs than the packager have their own data there, without names.
    """
    native = stream[4 : 4 + int.from_bytes(stream[:4], "little")]
    cursor = _Cursor(native)
    names: list[str] = []
    try:
        cursor.number(2)
        names = [cursor.text(), cursor.text()]
        cursor.take(4)
        command = bytes(cursor.take(cursor.number(4)))
        names.append(command.partition(b"\0")[0].decode("latin-1"))
        data = cursor.take(cursor.number(4))
    except ValueError:
        return Package(native or stream)
    with suppress(ValueError):  # older packagers write no wide names
        names += [cursor.wide_text() for _ in range(3)]
    # The name it is saved and started under comes first.
    named = [_PLACE.split(name)[-1] for name in (*names[1:2], *names[3:4], *names)]
    return Package(data, tuple(dict.fromkeys(filter(None, named))))


def link_finding(stream: memoryview) -> Finding | None:
    """Judge the stream `\\x01Ole`: where a linked object lies (§2.3.3)."""
    data = bytes(stream[: 16 * LONGEST])
    if len(data) < 8 or not data[4] & LINKED:
        return None
    if any(moniker in data for moniker in SCRIPT_MONIKERS):
        return target_finding("oleObject", "script:" + (_url(data) or _file(data)))
    target = _url(data) or _file(data)
    return target_finding("oleObject", target)


def _url(data: bytes) -> str:
    """Return the text of a URL moniker: a length, then UTF-16."""
    at = data.find(URL_MONIKER)
    if at < 0:
        return ""
    raw = data[at + 20 :]
    (size,) = struct.unpack("<I", (data[at + 16 : at + 20] + bytes(4))[:4])
    return raw[: min(size, LONGEST)].decode("utf-16-le", "replace").partition("\0")[0]


def _file(data: bytes) -> str:
    """Return the path of a file moniker: two bytes, a length, then bytes."""
    at = data.find(FILE_MONIKER)
    if at < 0:
        return ""
    (size,) = struct.unpack("<I", (data[at + 18 : at + 22] + bytes(4))[:4])
    raw = data[at + 22 : at + 22 + min(size, LONGEST)]
    return raw.partition(b"\0")[0].decode("latin-1")
