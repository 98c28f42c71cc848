"""An archive made anew of members that are at hand: decrypted ones, and alternate streams.

libarchive reads neither encryption nor streams, but unpacks the data if headers say nothing of
them.  Members are named by their number, so that nothing of the names is left to be judged.
"""

import struct
from collections.abc import Iterable
from zlib import crc32

from scanners.rar.records import SIGNATURE_4, SIGNATURE_5, Member

_DATA, _SOLID_5 = 2, 4
_CHECKED, _SIZE_UNKNOWN = 4, 8
_LONG, _SOLID_4, _MAIN_SOLID_4 = 0x8000, 0x10, 0x08
_MAX_32 = 0xFFFFFFFF
_ORDINARY_FILE = 0o100644


def rebuild(version: int, members: Iterable[tuple[Member, bytes | memoryview]]) -> bytes:
    """Return an archive of these members and their packed data."""
    return rebuild5(members) if version == 5 else rebuild4(members)


def rebuild5(members: Iterable[tuple[Member, bytes | memoryview]]) -> bytes:
    """RAR 5, without checksums of content: these are keyed, and verified elsewhere."""
    pieces: list[bytes | memoryview] = [SIGNATURE_5, _header5(_vints(1, 0, _SOLID_5))]
    for number, (member, padded) in enumerate(members):
        name, data = str(number).encode(), _without_padding(padded)
        flags = _SIZE_UNKNOWN if member.size is None else 0
        fields = (2, _DATA, len(data), flags, member.size or 0, 0, member.method, 0, len(name))
        pieces += (_header5(_vints(*fields) + name), data)
    return b"".join((*pieces, _header5(_vints(5, 0, 0))))


def _without_padding(data: bytes | memoryview) -> memoryview:
    """Return packed data of RAR 5 up to the end of its last block: encryption filled it up.

    A block has flags (bits 3 and 4: bytes of its size less one; bit 6: the last), a checksum, and
    its size.
    """
    view, at = memoryview(data), 0
    while at < len(view):
        flags = view[at]
        sized = (flags >> 3 & 3) + 1
        at += 2 + sized + int.from_bytes(view[at + 2 : at + 2 + sized], "little")
        if flags & 0x40:
            break
    return view[:at]


def rebuild4(members: Iterable[tuple[Member, bytes | memoryview]]) -> bytes:
    solid = False
    pieces: list[bytes | memoryview] = []
    for number, (member, data) in enumerate(members):
        name = str(number).encode()
        window = (member.window >> 17).bit_length() << 5
        flags = _LONG | window | (_SOLID_4 if member.solid else 0)
        solid |= member.solid
        fields = struct.pack(
            "<2IB2I2BHI",
            len(data) & _MAX_32,
            min(member.size or 0, _MAX_32),
            3,
            member.checksum or 0,
            0,
            member.method >> 8,
            member.method & 0xFF,
            len(name),
            _ORDINARY_FILE,
        )
        pieces += (_header4(0x74, flags, fields + name), data)
    main = _header4(0x73, _MAIN_SOLID_4 if solid else 0, bytes(6))
    return b"".join((SIGNATURE_4, main, *pieces, _header4(0x7B, 0, b"")))


def _header5(body: bytes) -> bytes:
    sized = _vint(len(body)) + body
    return crc32(sized).to_bytes(4, "little") + sized


def _header4(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", crc32(head) & 0xFFFF) + head


def _vints(*numbers: int) -> bytes:
    return b"".join(map(_vint, numbers))


def _vint(number: int) -> bytes:
    coded = b""
    while number > 0x7F:
        coded += bytes([number & 0x7F | 0x80])
        number >>= 7
    return coded + bytes([number])
