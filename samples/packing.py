"""Builders of archives and compressed files that Python's own library cannot make."""

import lzma
import struct
import zlib
from collections.abc import Mapping

from samples.containers import gzip, tar_of

LZ4_BLOCK = 4 * 1024 * 1024
LZIP_DICTIONARY = 0x14
"""1 MiB, as a power of two."""
CAB_BLOCK = 32768
SECTOR = 2048
DATE = 0x21
"""1980-01-01 in DOS's way."""


def lz4_frame(data: bytes) -> bytes:
    """Return an LZ4 frame: what is one byte over and over is packed, the rest is stored."""
    packed = b"\x04\x22\x4d\x18\x60\x70\x73"  # independent blocks of 4 MiB at most; header checksum
    for start in range(0, len(data), LZ4_BLOCK):
        block = data[start : start + LZ4_BLOCK]
        if len(block) >= 64 and block == block[:1] * len(block):
            run = _lz4_run(block)
            packed += struct.pack("<I", len(run)) + run
        else:
            packed += struct.pack("<I", len(block) | 0x80000000) + block
    return packed + bytes(4)


def _lz4_run(block: bytes) -> bytes:
    """One literal, a match of distance 1, and the five literals that must come last."""
    more, rest = divmod(len(block) - 1 - 5 - 4 - 15, 255)
    match = b"\x1f" + block[:1] + b"\1\0" + b"\xff" * more + bytes([rest])
    return match + b"\x50" + block[-5:]


def lzip(data: bytes) -> bytes:
    """Return a member of lzip, version 1."""
    settings = {"lc": 3, "lp": 0, "pb": 2, "dict_size": 1 << LZIP_DICTIONARY}
    filters = [{"id": lzma.FILTER_LZMA1, **settings}]
    stream = lzma.compress(data, format=lzma.FORMAT_RAW, filters=filters)
    size = 6 + len(stream) + 20
    tail = struct.pack("<IQQ", zlib.crc32(data), len(data), size)
    return b"LZIP\1" + bytes([LZIP_DICTIONARY]) + stream + tail


def compress(data: bytes) -> bytes:
    """Return what `compress` might make of at most 250 bytes: a code of nine bits for each."""
    if len(data) > 250:
        raise ValueError("codes would become longer")
    bits = sum(byte << 9 * index for index, byte in enumerate(data))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * len(data) + 7) // 8, "little")


def cpio_of(files: Mapping[str, bytes]) -> bytes:
    """Return a cpio archive of the new format.  (cpio(5))"""
    archive = b""
    for number, (name, data) in enumerate([*files.items(), ("TRAILER!!!", b"")], 1):
        raw = name.encode() + b"\0"
        mode = 0 if name == "TRAILER!!!" else 0o100644
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        archive += b"070701" + b"".join(b"%08X" % field for field in fields) + raw
        archive += bytes(-len(archive) % 4) + data
        archive += bytes(-len(archive) % 4)
    return archive


def ar_of(files: Mapping[str, bytes]) -> bytes:
    """Return an ar archive; names of at most 15 bytes."""
    archive = b"!<arch>\n"
    for name, data in files.items():
        head = f"{name + '/':16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n"
        archive += head.encode() + data + b"\n" * (len(data) % 2)
    return archive


def deb_of(files: Mapping[str, bytes]) -> bytes:
    """Return a Debian package.  (deb(5))"""
    control = b"Package: specimen\nVersion: 1\nArchitecture: all\n"
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": gzip(tar_of({"./control": control})),
        "data.tar.gz": gzip(tar_of(files)),
    }
    return ar_of(parts)


def rpm_of(files: Mapping[str, bytes]) -> bytes:
    """Return an RPM package with empty headers.  (LSB, Package File Format)"""
    lead = struct.pack(">4sBBHH66sHH16x", b"\xed\xab\xee\xdb", 3, 0, 0, 1, b"specimen-1", 1, 5)
    header = b"\x8e\xad\xe8\1" + bytes(4) + struct.pack(">II", 0, 0)
    return lead + header + header + gzip(cpio_of(files))


def cab_of(files: Mapping[str, bytes], *, reserve: bytes = b"", folder: int = 0) -> bytes:
    """Return a cabinet whose members are stored; `folder` may say that a part is elsewhere."""
    data = b"".join(files.values())
    blocks = [data[at : at + CAB_BLOCK] for at in range(0, len(data), CAB_BLOCK)]
    extra = struct.pack("<HBB", len(reserve), 0, 0) + reserve if reserve else b""
    entries, offset = b"", 0
    for name, content in files.items():
        entries += struct.pack("<IIHHHH", len(content), offset, folder, DATE, 0, 0x20)
        entries += name.encode() + b"\0"
        offset += len(content)
    first = 36 + len(extra) + 8
    body = b"".join(struct.pack("<IHH", 0, len(block), len(block)) + block for block in blocks)
    size = first + len(entries) + len(body)
    numbers = (0, size, 0, first, 0, 3, 1, 1, len(files), 4 if reserve else 0, 0, 0)
    head = struct.pack("<4sIIIIIBBHHHHH", b"MSCF", *numbers) + extra
    start = first + len(entries)
    return head + struct.pack("<IHH", start, len(blocks), 0) + entries + body


def lha_of(files: Mapping[str, bytes]) -> bytes:
    """Return an LHA archive of stored members, header level 0."""
    archive = b""
    for name, data in files.items():
        raw = name.encode()
        sizes = struct.pack("<II", len(data), len(data))
        rest = b"-lh0-" + sizes + struct.pack("<HHBB", 0, DATE, 0x20, 0)
        rest += bytes([len(raw)]) + raw + struct.pack("<H", _crc16(data))
        archive += bytes([len(rest), sum(rest) & 0xFF]) + rest + data
    return archive + b"\0"


def _crc16(data: bytes) -> int:
    checksum = 0
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum >> 1 ^ (0xA001 if checksum & 1 else 0)
    return checksum


def xar_of(files: Mapping[str, bytes]) -> bytes:
    """Return a XAR archive without checksums."""
    entries, heap = "", b""
    for number, (name, data) in enumerate(files.items(), 1):
        place = f"<offset>{len(heap)}</offset><size>{len(data)}</size><length>{len(data)}</length>"
        coded = '<encoding style="application/octet-stream"/>'
        entries += f'<file id="{number}"><name>{name}</name><type>file</type>'
        entries += f"<data>{place}{coded}</data></file>"
        heap += data
    text = f'<?xml version="1.0" encoding="UTF-8"?><xar><toc>{entries}</toc></xar>'.encode()
    toc = zlib.compress(text)
    return struct.pack(">4sHHQQI", b"xar!", 28, 1, len(toc), len(text), 0) + toc + heap


def iso_of(files: Mapping[str, bytes], long_names: Mapping[str, bytes] | None = None) -> bytes:
    """Return an ISO 9660 image with a plain tree and one with Joliet names, all in one folder.

    The trees show the same files unless `long_names` says what the second one has.  (ECMA-119)
    """
    trees = (files, files if long_names is None else long_names)
    contents = list(dict.fromkeys(data for tree in trees for data in tree.values()))
    places, at = {}, 22
    for data in contents:
        places[data] = at
        at += max(1, -(-len(data) // SECTOR))
    folders = b""
    for number, tree in enumerate(trees):
        records = _record(b"\0", 20 + number, SECTOR, 2) + _record(b"\1", 20 + number, SECTOR, 2)
        for name, data in tree.items():
            raw = name.encode("utf-16-be") if number else f"{name.upper()};1".encode()
            records += _record(raw, places[data], len(data), 0)
        folders += records.ljust(SECTOR, b"\0")
    volumes = (
        _volume(1, b"", 20, at) + _volume(2, b"%/E", 21, at) + b"\xffCD001\1".ljust(SECTOR, b"\0")
    )
    body = b"".join(data.ljust(-(-len(data) // SECTOR or -1) * SECTOR, b"\0") for data in contents)
    image = bytes(16 * SECTOR) + volumes + bytes(SECTOR) + folders + body
    return image.ljust(25 * SECTOR, b"\0")  # libarchive takes less for no image


def _both(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little") + number.to_bytes(size, "big")


def _record(name: bytes, place: int, size: int, flags: int) -> bytes:
    fields = _both(place, 4) + _both(size, 4) + bytes((80, 1, 1, 0, 0, 0, 0, flags, 0, 0))
    record = b"\0" + fields + _both(1, 2) + bytes([len(name)]) + name
    record += b"\0" * (len(record) % 2 == 0)
    return bytes([len(record) + 1]) + record


def _volume(kind: int, escape: bytes, folder: int, sectors: int) -> bytes:
    head = bytes([kind]) + b"CD001\1\0" + b" " * 64 + bytes(8) + _both(sectors, 4)
    head += escape.ljust(32, b"\0") + _both(1, 2) * 2 + _both(SECTOR, 2)
    head += _both(10, 4) + struct.pack("<II", 19, 0) + struct.pack(">II", 19, 0)
    return (head + _record(b"\0", folder, SECTOR, 2)).ljust(881, b"\0") + b"\1".ljust(
        SECTOR - 881, b"\0"
    )
