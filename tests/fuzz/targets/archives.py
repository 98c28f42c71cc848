"""Archives of libarchive, ARJ and ACE: our own checks beside it are bounded, and no bytes raise.

Input: a byte that chooses the format, then the archive, whose checksums are set right.
"""

from collections.abc import Callable
from zlib import crc32

from scanners.archives.ace import AceContainer
from scanners.archives.arj import ArjContainer
from scanners.archives.container import READERS, ArchiveContainer
from scanners.archives.streams import FORMATS, StreamContainer
from scanners.model import Content, Family, FileType
from tests.fuzz.tree import KIT, examine_twice

SCANNERS = (ArchiveContainer(KIT), StreamContainer(KIT), ArjContainer(KIT), AceContainer(KIT))
NAMES = (*sorted(READERS), *sorted(FORMATS), "arj", "ace")
BLOCK = 512
VOLUME = 32 * 1024
"""Bytes of an ISO image before its descriptors."""
MOST_HEADERS = 16


def fuzz_one(data: bytes) -> None:
    kind = NAMES[(data[0] if data else 0) % len(NAMES)]
    archive = PREPARED[kind](data[1:]) if kind in PREPARED else data[1:]
    file_type = FileType(kind, "application/octet-stream", Family.ARCHIVE)
    examine_twice(Content(memoryview(archive), name=f"a.{kind}", file_type=file_type), *SCANNERS)


def checked_blocks(data: bytes) -> bytes:
    """Give each block the checksum that it would need as the header of a member."""
    blocks = (data[at : at + BLOCK].ljust(BLOCK, b"\0") for at in range(0, len(data), BLOCK))
    return b"".join(map(_checked_block, blocks))


def _checked_block(block: bytes) -> bytes:
    if not any(block):
        return block
    total = sum(block[:148]) + sum(block[156:]) + 8 * 0x20
    return block[:148] + b"%06o\0 " % total + block[156:]


def checked_arj(data: bytes) -> bytes:
    archive, at = bytearray(data), 0
    for _ in range(MOST_HEADERS):
        end = at + 4 + int.from_bytes(archive[at + 2 : at + 4], "little")
        archive[end : end + 4] = crc32(archive[at + 4 : end]).to_bytes(4, "little")
        at = end + 6 + int.from_bytes(archive[at + 16 : at + 20], "little") % BLOCK
        if at + 4 > len(archive):
            break
    return bytes(archive)


def checked_ace(data: bytes) -> bytes:
    archive, at = bytearray(data), 0
    for _ in range(MOST_HEADERS):
        end = at + 4 + int.from_bytes(archive[at + 2 : at + 4], "little")
        archive[at : at + 2] = (~crc32(archive[at + 4 : end]) & 0xFFFF).to_bytes(2, "little")
        at = end
        if at + 4 > len(archive):
            break
    return bytes(archive)


def with_system_area(data: bytes) -> bytes:
    return bytes(VOLUME) + data


PREPARED: dict[str, Callable[[bytes], bytes]] = {
    "tar": checked_blocks,
    "arj": checked_arj,
    "ace": checked_ace,
    "iso": with_system_area,
}
