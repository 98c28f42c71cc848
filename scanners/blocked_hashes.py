"""Every SHA-256 by which a rule set blocks whole files: its own list, and ClamAV's (.hsb)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scanners.hash_lists import BLOCKED, blocked_name, read_allowed, read_hash_list

MAX_HASHES = 200_000
"""More is more than a look back should hold in memory."""
MAX_LINE = 1024
"""Characters; a line of an .hsb file has about a hundred."""
_HSB = re.compile(r"([0-9a-fA-F]{64}):(\*|\d{1,18}):([^:\s]{1,255})(?::\d*){0,2}", re.ASCII)
"""Hash, size, name, then the engines that know it.  (ClamAV manual, hash-based signatures)"""


@dataclass(frozen=True, slots=True)
class BlockedHash:
    """What a rule set says of a file."""

    size: int | None
    """Bytes that the file has to have; None: any."""
    name: str
    """As the detection would be called."""
    reason: str


def blocked_hashes(rules: Path, today: date) -> dict[str, BlockedHash]:
    """Return what is said of each SHA-256 (64 lower-case hex digits) that is blocked on a day, UTC.

    Without those that are allowed, and at most MAX_HASHES.  Raises ListMalformed, OSError.
    """
    known: dict[str, BlockedHash] = {}
    for path in sorted((rules / "clamav").glob("*.hsb")):
        for digest, blocked in _signatures(path):
            if len(known) < MAX_HASHES:
                known[digest] = blocked
    allowed = read_allowed(rules)
    for key, line in allowed.lines.items():
        if line.in_force(today):
            known.pop(key.hex(), None)
    for key, line in read_hash_list(rules / BLOCKED).lines.items():
        if line.in_force(today):
            known[key.hex()] = BlockedHash(None, blocked_name(key), line.told)
    return known


def _signatures(path: Path) -> Iterator[tuple[str, BlockedHash]]:
    """Yield the signatures by SHA-256; what else is in the file is for ClamAV to judge."""
    with path.open(encoding="ascii", errors="replace") as file:
        while line := file.readline(MAX_LINE):
            if found := _HSB.fullmatch(line.rstrip()):
                size = None if found[2] == "*" else int(found[2])
                said = f"ClamAV signature of {path.name}"
                yield found[1].lower(), BlockedHash(size, found[3], said)
