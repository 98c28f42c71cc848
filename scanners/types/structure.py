"""Types whose bytes need a little arithmetic: marks at the end, headers that have to add up."""

import re
import struct

SECTOR = 512
TOLD_BY_US = frozenset({"cpio", "gzip", "compress"})
"""libmagic goes by two bytes, which is no proof; here, a header has to make sense."""

_LHA = re.compile(rb".{2}-(?:lh[0-9a-z]|lz[s45]|pm[012s])-", re.DOTALL)
_LZMA_SIZE_LIMIT = 1 << 40
"""Bytes; a stream that says it holds more is none."""
_SECTORS_PER_CLUSTER = frozenset(1 << power for power in range(8))
_DRIVES = ((b"NTFS    ", "ntfs"), (b"EXFAT   ", "exfat"), (b"-FVE-FS-", "bitlocker"))
_CODE_BITS = range(9, 17)
"""Of compress: no reader takes longer codes; what the other bits are for, some do not care."""
_KINDS_OF_FILES = frozenset({0, 1, 2, 4, 6, 8, 10, 12})
"""The upper four bits of a mode in stat(2)."""
_PARTITIONS, _SIGNATURE = 446, b"\x55\xaa"


def by_trailer(view: memoryview) -> tuple[str, str] | None:
    """Return type and kind of disk images whose mark stands in their last 512 bytes."""
    if len(view) < SECTOR:
        return None
    mark = bytes(view[-SECTOR : len(view) - SECTOR + 8])
    if mark[:4] == b"koly" and mark[4:] == b"\0\0\0\4":  # UDIF version 4, the only one
        return "dmg", ""
    return ("vhd", "") if mark == b"conectix" else None


def by_header(view: memoryview, head: bytes) -> tuple[str, str] | None:
    """Return type and kind of archives and disk images whose header makes sense."""
    if _is_lha(head):
        return "lha", ""
    if _is_arj(head):
        return "arj", ""
    if _is_lzma(head):
        return "lzma", ""
    if head.startswith(b"\x1f\x9d") and len(head) > 2 and head[2] & 0x1F in _CODE_BITS:
        return "compress", ""
    if _is_binary_cpio(view, head):
        return "cpio", "binary"
    kind = _disk(view, head)
    return ("img", kind) if kind else None


def _is_lha(head: bytes) -> bool:
    """Levels 0 and 1 begin with size and sum of the header, level 2 and 3 with a wide size."""
    if not _LHA.match(head) or len(head) < 22:
        return False
    size, total, level = head[0], head[1], head[20]
    if level > 3:
        return False
    return level >= 2 or len(head) < size + 2 or sum(head[2 : size + 2]) & 0xFF == total


def _is_arj(head: bytes) -> bool:
    if not head.startswith(b"\x60\xea") or len(head) < 34:
        return False
    size, first, _, least, system, _, _, kind = struct.unpack_from("<HBBBBBBB", head, 2)
    return bool(30 <= first <= size <= 2600 and least <= 20 and system <= 12 and kind == 2)


def _is_lzma(head: bytes) -> bool:
    """Properties, a dictionary of 2^n or 3·2^n bytes, a size that can be (lzma-specification)."""
    if len(head) < 14 or head[0] >= 225 or head[13] != 0:  # the range coder's first byte is 0
        return False
    dictionary, size = struct.unpack_from("<IQ", head, 1)
    power = dictionary & -dictionary
    if dictionary < 4096 or dictionary not in (power, 3 * power, 0xFFFFFFFF):
        return False
    return size in range(_LZMA_SIZE_LIMIT) or size == 0xFFFFFFFFFFFFFFFF


def _is_binary_cpio(view: memoryview, head: bytes) -> bool:
    """Two bytes are chance: the mode must be of a kind that readers take, and a zero end the name.

    What has no kind is a regular file to libarchive.
    """
    order = {b"\xc7\x71": "<", b"\x71\xc7": ">"}.get(head[:2])
    if order is None or len(head) < 28:
        return False
    mode, length = (struct.unpack_from(order + "H", head, at)[0] for at in (6, 20))
    end = 26 + length
    return mode >> 12 in _KINDS_OF_FILES and length > 1 and bytes(view[end - 1 : end]) == b"\0"


def _disk(view: memoryview, head: bytes) -> str:
    """Return the first file system or table of partitions of a raw disk image; empty: none."""
    if head[510:512] != _SIGNATURE or len(view) < 2 * SECTOR:
        return ""
    jumps = head[0] == 0xE9 or (head[0] == 0xEB and head[2] == 0x90)
    for mark, kind in _DRIVES:
        if jumps and head.startswith(mark, 3):
            return kind
    if jumps and _is_fat(head):
        return "fat"
    if head.startswith(b"EFI PART", SECTOR):
        return "gpt"
    return "mbr" if _is_partitioned(head) else ""


def _is_fat(head: bytes) -> bool:
    """Judge the parameters as mounting systems do (Microsoft FAT specification §3)."""
    size, cluster, reserved, tables = struct.unpack_from("<HBHB", head, 11)
    return (
        size in (512, 1024, 2048, 4096)
        and cluster in _SECTORS_PER_CLUSTER
        and reserved > 0
        and tables in (1, 2)
        and (head[21] >= 0xF8 or head[21] == 0xF0)
    )


def _is_partitioned(head: bytes) -> bool:
    """Every partition has a place and a size, or is nothing at all; one is there."""
    used = 0
    for number in range(4):
        entry = head[_PARTITIONS + 16 * number : _PARTITIONS + 16 * number + 16]
        first, count = struct.unpack_from("<II", entry, 8)
        if entry[0] not in (0, 0x80):
            return False
        if entry[4]:
            used += 1
            if not first or not count:
                return False
        elif first or count:
            return False
    return used > 0
