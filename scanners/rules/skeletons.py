"""Find what `douane rules new` wrote and nobody has written yet: it is valid, and says nothing."""

import re
from collections.abc import Iterator
from pathlib import Path

from scanners.rules.manifest import ruleset_files
from scanners.rules.records import Problem

LEFT = re.compile(rb"CHANGE[ -]ME\b")
SUFFIXES = (".yar", ".toml")
MAX_FILE_BYTES = 4 * 1024 * 1024
"""A larger one is refused for its size."""


def unwritten(rules: Path) -> Iterator[Problem]:
    """Yield each line of rules, proofs and catalogue that still holds a CHANGE ME."""
    for name in ruleset_files(rules):
        if not name.endswith(SUFFIXES):
            continue
        for number, line in enumerate(_read(rules / name).split(b"\n"), 1):
            if LEFT.search(line):
                said = "this is still as `douane rules new` wrote it"
                yield Problem(name, number, "", said, "write what belongs there")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_FILE_BYTES else b""
    except OSError:  # whoever compiles or parses it says so
        return b""
