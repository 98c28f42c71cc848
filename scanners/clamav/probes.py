"""Does this clamd admit what it did not look at?  Asked with two small inert files.

Unless AlertExceedsMax and AlertEncrypted are on, clamd says a plain OK to a file that it skipped
(ClamAV 1.4, measured).  Its settings cannot be read over the socket, so they are proved by what
it does, at every connect.
"""

import struct
import zlib

from scanners.clamav.reply import Answer, Found
from scanners.clamav.reports import ENCRYPTED, LIMITS

NESTING = 128
"""ZIPs within each other: more than any sane MaxRecursion (17 by default).  4 ms of clamd."""

_LOCAL = struct.Struct("<4s5H3L2H")  # APPNOTE.TXT 4.3.7
_CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12
_END = struct.Struct("<4s4H2LH")  # 4.3.16


def zip_of_one(name: bytes, content: bytes, *, encrypted: bool = False) -> bytes:
    """Return a ZIP with one stored member; `encrypted` only says so (APPNOTE.TXT 4.4.4, bit 0)."""
    flags, size, crc = int(encrypted), len(content), zlib.crc32(content)
    local = _LOCAL.pack(b"PK\3\4", 20, flags, 0, 0, 33, crc, size, size, len(name), 0)
    central = _CENTRAL.pack(
        b"PK\1\2", 20, 20, flags, 0, 0, 33, crc, size, size, len(name), 0, 0, 0, 0, 0, 0
    )
    start = len(local) + len(name) + size
    end = _END.pack(b"PK\5\6", 0, 0, 1, 1, len(central) + len(name), start, 0)
    return b"".join((local, name, content, central, name, end))


def encrypted_probe(noise: bytes) -> bytes:
    """Return an encrypted ZIP; `noise` keeps it out of clamd's cache of clean files."""
    return zip_of_one(b"probe.txt", noise, encrypted=True)


def deep_probe(noise: bytes) -> bytes:
    """Return a ZIP nested too deep, new with every `noise`.

    An inner ZIP that clamd knows as clean ends its descent with OK: a constant probe could be
    spoilt by whoever sends one of its inner parts first (measured).
    """
    content = noise
    for _ in range(NESTING):
        content = zip_of_one(b"a", content)
    return content


def missing_settings(encrypted: Answer, deep: Answer) -> str:
    """Return one sentence on what to set in clamd.conf, or "" if both probes were admitted."""
    lines = []
    if not (isinstance(encrypted, Found) and encrypted.name.startswith(ENCRYPTED)):
        lines.append(f"AlertEncrypted yes (an encrypted ZIP gave {encrypted})")
    if not (isinstance(deep, Found) and deep.name.startswith(LIMITS)):
        lines.append(
            f"AlertExceedsMax yes and MaxRecursion below {NESTING}"
            f" (a ZIP nested too deep gave {deep})"
        )
    return "set in clamd.conf: " + "; ".join(lines) if lines else ""
