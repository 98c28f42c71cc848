"""What an OLE compound file holds, told by its root CLSID and the names of its streams."""

import struct
from collections.abc import Iterator

SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
INSTALLER_CLSIDS = frozenset(
    bytes.fromhex(f"{kind}100c0000000000c000000000000046") for kind in ("84", "86", "82")
)
"""Windows Installer package, patch, transform: {000C1084-…}, {000C1086-…}, {000C1082-…}."""
INSTALLER_TABLE = "\u4840"
"""First character of the name of every database table in an MSI file."""
MAX_SECTORS = 64
"""Directory sectors looked at: at least 256 entries, and an MSI has its tables among the first."""


def is_installer(view: memoryview) -> bool:
    """Return whether an OLE file is an MSI, MSP or MST; a damaged one counts by what is left."""
    return any(
        entry[80:96] in INSTALLER_CLSIDS
        or entry[:64].decode("utf-16-le", "replace").startswith(INSTALLER_TABLE)
        for entry in _entries(view)
    )


def _entries(view: memoryview) -> Iterator[bytes]:
    """Yield raw directory entries of 128 bytes ([MS-CFB] 2.6.1)."""
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
    """Follow the allocation table as far as the header's own list reaches ([MS-CFB] 2.2, 2.3)."""
    table, slot = divmod(sector, size // 4)
    if table >= 109:
        return None
    try:
        (table_sector,) = struct.unpack_from("<I", view, 76 + 4 * table)
        (following,) = struct.unpack_from("<I", view, (table_sector + 1) * size + 4 * slot)
    except struct.error:
        return None
    return following if following < 0xFFFFFFFA else None
