"""OLE 1.0 objects, as RTF embeds them: class, and for packages the file.  ([MS-OLEDS] 2.2)"""

import struct
from dataclasses import dataclass

LINKED, EMBEDDED = 1, 2
MAX_TEXT = 4096
"""Bytes of a class, topic or path."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """What the header says, and the bytes behind it."""

    linked: bool
    class_name: str
    topic: str
    """Of a link: the file or address it leads to."""
    item: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Package:
    """A file in an object of class Package."""

    label: str
    path: str
    """Where it lay on the sender's side."""
    data: bytes


def read_embedding(data: bytes) -> Embedding | None:
    """Return the object; None if these are no such bytes.  A cut one counts as far as it goes.

    Word does not look at the version, nor do we.
    """
    try:
        _, kind = struct.unpack_from("<II", data)
        if kind not in (LINKED, EMBEDDED):
            return None
        class_name, at = _text(data, 8)
        topic, at = _text(data, at)
        item, at = _text(data, at)
        if kind == LINKED:
            return Embedding(True, class_name, topic, item, b"")
        (size,) = struct.unpack_from("<I", data, at)
    except (struct.error, IndexError):
        return None
    return Embedding(False, class_name, topic, item, data[at + 4 : at + 4 + size])


def read_package(data: bytes) -> Package | None:
    """Return the file in the native data of a package (2.3.6, packager.dll); None: no package."""
    try:
        label, at = _zero_ended(data, 2)
        path, at = _zero_ended(data, at)
        (_, kind) = struct.unpack_from("<HH", data, at)
        if kind != 3:  # 1: a link to a file on the sender's side
            return Package(label, path, b"")
        (length,) = struct.unpack_from("<I", data, at + 4)
        at += 8 + length
        (size,) = struct.unpack_from("<I", data, at)
    except (struct.error, IndexError):
        return None
    return Package(label, path, data[at + 4 : at + 4 + size])


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Read a text with its length before it, zero included (2.1.4)."""
    (length,) = struct.unpack_from("<I", data, at)
    if length > MAX_TEXT or at + 4 + length > len(data):
        raise IndexError("a length leads out of the object")
    raw = data[at + 4 : at + 4 + length]
    return raw.partition(b"\0")[0].decode("latin-1"), at + 4 + length


def _zero_ended(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at, at + MAX_TEXT)
    if end < 0:
        raise IndexError("a text without an end")
    return data[at:end].decode("latin-1"), end + 1
