"""ZIP archives that lie: every field of every record can be told to say something else."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from samples import builders
from samples.containers import PACKERS

Fields = Mapping[str, int | bytes]
FLAGS_DEFERRED, FLAGS_ENCRYPTED = 0x8, 0x1
PE = builders.pe()
TEXT = b"Nothing to see here. " * 8


@dataclass(frozen=True)
class Item:
    """One member; `local` and `central` override what that header says."""

    name: bytes
    data: bytes
    method: int = builders.DEFLATED
    packed: bytes | None = None
    flags: int = 0
    local: Fields = field(default_factory=dict)
    central: Fields = field(default_factory=dict)
    descriptor: bytes = b""
    gap: bytes = b""
    """Stands in front of the local header."""
    listed: bool = True
    here: bool = True
    """Its local header and data stand in the archive."""

    @property
    def body(self) -> bytes:
        return PACKERS[self.method](self.data) if self.packed is None else self.packed

    def fields(self, overrides: Fields) -> dict[str, int | bytes]:
        stated: dict[str, int | bytes] = {
            "signature": b"",
            "version": 20,
            "flags": self.flags,
            "method": self.method,
            "time": 0,
            "date": 0x21,
            "checksum": zlib.crc32(self.data),
            "packed_size": len(self.body),
            "size": len(self.data),
            "name": self.name,
            "extra": b"",
            "comment": b"",
            "disk": 0,
        }
        assert not overrides.keys() - stated.keys() - {"offset", "name_size", "extra_size"}
        return {**stated, **overrides}

    def local_record(self) -> bytes:
        says = self.fields(self.local)
        name, extra = says["name"], says["extra"]
        assert isinstance(name, bytes)
        assert isinstance(extra, bytes)
        numbers = [says[key] for key in _NUMBERS]
        sizes = says.get("name_size", len(name)), says.get("extra_size", len(extra))
        signature = says["signature"] or b"PK\x03\x04"
        return struct.pack("<4s5H3I2H", signature, *numbers, *sizes) + name + extra

    def central_record(self, offset: int) -> bytes:
        says = self.fields(self.central)
        name, extra, comment = says["name"], says["extra"], says["comment"]
        assert isinstance(name, bytes)
        assert isinstance(extra, bytes)
        assert isinstance(comment, bytes)
        numbers = [says[key] for key in _NUMBERS]
        sizes = says.get("name_size", len(name)), says.get("extra_size", len(extra))
        rest = len(comment), says["disk"], 0, 0, says.get("offset", offset)
        signature = says["signature"] or b"PK\x01\x02"
        head = struct.pack("<4s6H3I5H2I", signature, 20, *numbers, *sizes, *rest)
        return head + name + extra + comment


_NUMBERS = ("version", "flags", "method", "time", "date", "checksum", "packed_size", "size")


def forge(
    items: Iterable[Item],
    *,
    prefix: bytes = b"",
    before_directory: bytes = b"",
    before_end: bytes = b"",
    wide: bytes = b"",
    comment: bytes = b"",
    suffix: bytes = b"",
    end: Fields | None = None,
    shifted: bool = False,
) -> bytes:
    """Return an archive of these items.  `shifted`: offsets do not count the prefix."""
    data, directory, count = bytearray(prefix), bytearray(), 0
    base = len(prefix) if shifted else 0
    for item in items:
        data += item.gap
        if item.listed:
            directory += item.central_record(len(data) - base)
            count += 1
        if item.here:
            data += item.local_record() + item.body + item.descriptor
    data += before_directory
    says: dict[str, int | bytes] = {
        "signature": b"PK\x05\x06", "disk": 0, "count": count, "size": len(directory),
        "offset": len(data) - base, "comment_size": len(comment),
    }  # fmt: skip
    says |= end or {}
    numbers = says["disk"], says["disk"], says["count"], says["count"], says["size"], says["offset"]
    record = struct.pack("<4s4H2IH", says["signature"], *numbers, says["comment_size"])
    return bytes(data + directory + before_end + wide + record + comment + suffix)


def text(name: bytes = b"read.me", **more: object) -> Item:
    return Item(name, TEXT, **more)  # type: ignore[arg-type]


def program(name: bytes = b"a.txt", **more: object) -> Item:
    return Item(name, PE, **more)  # type: ignore[arg-type]


def extra(kind: int, data: bytes) -> bytes:
    return struct.pack("<2H", kind, len(data)) + data


def descriptor(
    data: bytes, packed: bytes, *, layout: str = "<3I", signature: bytes = b"PK\x07\x08"
) -> bytes:
    return signature + struct.pack(layout, zlib.crc32(data), len(packed), len(data))


def end_64(count: int, size: int, offset: int, at: int) -> bytes:
    """Return a ZIP64 end record that stands at `at`, and its locator."""
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    return record + struct.pack("<4sIQI", b"PK\x06\x07", 0, at, 1)
