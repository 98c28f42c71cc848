"""What an OLE compound file holds, told by class ids and the names of its streams ([MS-CFB])."""

import struct
from collections.abc import Iterator

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
MAX_SECTORS = 64
"""Directory sectors looked at: at least 256 entries, and an MSI has its tables among the first."""
IN_HEADER = 109
"""Sectors of the allocation table that the header lists."""
MAX_LISTS = 64
"""Sectors with more of that list that are followed: they reach 0.5 GiB into the file."""
INSTALLER_TABLE = "\u4840"
"""First character of the name of every database table in an MSI file."""

_UNUSED, _ROOT = 0, 5
_COMMON = "0000000000c000000000000046"
_INSTALLERS = {
    bytes.fromhex("84100c" + _COMMON): "package",  # {000C1084-…}
    bytes.fromhex("86100c" + _COMMON): "patch",
    bytes.fromhex("82100c" + _COMMON): "transform",
}
_CLASSES = {
    bytes.fromhex("000902" + _COMMON): "word",  # {00020900-…}, Word 6
    bytes.fromhex("060902" + _COMMON): "word",
    bytes.fromhex("100802" + _COMMON): "excel",
    bytes.fromhex("200802" + _COMMON): "excel",
    bytes.fromhex("108d81649b4fcf1186ea00aa00b929e8"): "powerpoint",
    bytes.fromhex("011202" + _COMMON): "publisher",
    bytes.fromhex("141a02" + _COMMON): "visio",
    bytes.fromhex("0b0d02" + _COMMON): "msg",
    bytes.fromhex("3af1b774c8c8d111be1100c04fb6faf1"): "project",
}
_STREAMS = {
    "worddocument": "word",
    "workbook": "excel",
    "book": "excel",
    "powerpoint document": "powerpoint",
    "visiodocument": "visio",
    "quill": "publisher",
    "   112": "project",
    "   114": "project",
    "__properties_version1.0": "msg",
    "\x05hwpsummaryinformation": "hwp",
    "catalog": "thumbs",
    "destlist": "jumplist",
    "encryptedpackage": "encrypted",
    "\tdrmcontent": "encrypted",
    "_vba_project": "macros",
    "\x01ole10native": "package",
    "equation native": "equation",
}
"""Streams and storages, in lower case: readers do not tell the cases apart."""
_ORDER = tuple(dict.fromkeys(_STREAMS.values()))


def compound_type(view: memoryview) -> tuple[str, str]:
    """Return ("msi", "patch"), ("ole", "excel macros") …; a damaged one counts by what is left.

    The first word is what it is opened as; those behind tell what lies in it anywhere.
    """
    words: set[str] = set()
    main = installer = ""
    for entry in _entries(view):
        if entry[66] == _UNUSED:
            continue
        clsid, name = entry[80:96], _name(entry)
        if clsid in _INSTALLERS:
            installer = _INSTALLERS[clsid]
        elif name.startswith(INSTALLER_TABLE):
            installer = installer or "package"
        elif entry[66] == _ROOT:
            main = main or _CLASSES.get(clsid, "")
        words.add(_STREAMS.get(name, ""))
    if installer:
        return "msi", installer
    return "ole", " ".join(dict.fromkeys(filter(None, (main, *(w for w in _ORDER if w in words)))))


def is_installer(view: memoryview) -> bool:
    """Return whether an OLE file is an MSI, MSP or MST."""
    return compound_type(view)[0] == "msi"


def _name(entry: bytes) -> str:
    length = int.from_bytes(entry[64:66], "little")
    return entry[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace").lower()


def _entries(view: memoryview) -> Iterator[bytes]:
    """Yield raw directory entries of 128 bytes (§2.6.1)."""
    if len(view) < 512:
        return
    shift, first = struct.unpack_from("<H", view, 30)[0], struct.unpack_from("<I", view, 48)[0]
    if shift not in (9, 12):
        return
    size = 1 << shift
    sector = first
    for _ in range(MAX_SECTORS):
        start = (sector + 1) * size
        block = bytes(view[start : start + size])
        for at in range(0, len(block) - 127, 128):
            yield block[at : at + 128]
        following = _next_sector(view, sector, size)
        if following is None:
            return
        sector = following


def _next_sector(view: memoryview, sector: int, size: int) -> int | None:
    """Follow the allocation table (§2.2, §2.3); None: the chain ends, or leaves the file."""
    table, slot = divmod(sector, size // 4)
    try:
        where = _table_sector(view, table, size)
        (following,) = struct.unpack_from("<I", view, (where + 1) * size + 4 * slot)
    except struct.error:
        return None
    return following if following < 0xFFFFFFFA else None


def _table_sector(view: memoryview, table: int, size: int) -> int:
    """Return the sector of one part of the allocation table (§2.5); struct.error: none."""
    if table < IN_HEADER:
        return int(struct.unpack_from("<I", view, 76 + 4 * table)[0])
    hops, slot = divmod(table - IN_HEADER, size // 4 - 1)
    if hops >= MAX_LISTS:
        raise struct.error("beyond what is followed")
    (listed,) = struct.unpack_from("<I", view, 68)
    for _ in range(hops):
        (listed,) = struct.unpack_from("<I", view, (listed + 2) * size - 4)
    return int(struct.unpack_from("<I", view, (listed + 1) * size + 4 * slot)[0])
