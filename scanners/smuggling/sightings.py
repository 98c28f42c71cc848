"""Where in bytes something may begin that does not belong there: one pass, each sign a few bytes.

A sign proves nothing: scanners/smuggling/programs.py and archives.py ask the header behind it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget

PIECE = 1024 * 1024
OVERLAP = 256
"""More than the longest sign."""

Signs = tuple[tuple[str, re.Pattern[bytes]], ...]

# Each begins with two letters or more: the search runs at 3 GB/s then, an alternation at 0.2.
PROGRAM_SIGNS: Signs = (
    ("pe", re.compile(rb"PE\0\0(?:L\x01|d\x86|d\xaa|[\xc0\xc4]\x01|\0\x02|\xbc\x0e)")),
    ("elf", re.compile(rb"\x7fELF[\x01\x02][\x01\x02]\x01")),
    ("macho", re.compile(rb"\xfa\xed\xfe[\x07\x0c]\0\0[\0\x01]")),
    ("lnk", re.compile(rb"L\0\0\0\x01\x14\x02\0{5}\xc0\0{6}F")),
    ("ole", re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("dex", re.compile(rb"dex\n03[0-9]\0")),
)
ARCHIVE_SIGNS: Signs = (
    ("rar", re.compile(rb"Rar!\x1a\x07(?:\0|\x01\0)")),
    ("7z", re.compile(rb"7z\xbc\xaf\x27\x1c\0")),
    ("cab", re.compile(rb"MSCF\0\0\0\0")),
)
TAG_SIGNS: Signs = (
    (
        "script",
        re.compile(
            rb"<(?:[sS][cC][rR][iI][pP][tT][\s>/]|[hH][tT][aA]:[aA][pP][pP]|\?[pP][hH][pP]\s)"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Sighting:
    kind: str
    at: int
    """Offset of the sign, which is not always that of the file."""


def sightings(view: memoryview, signs: Signs, budget: Budget, start: int = 0) -> Iterator[Sighting]:
    """Yield the signs at `start` and behind; within a piece of the file by kind, then by place."""
    for base in range(start, len(view), PIECE):
        budget.seconds_left()
        end = base + PIECE
        for kind, sign in signs:
            for match in sign.finditer(view, base, end + OVERLAP):  # sees what stands before it
                if match.start() < end:
                    yield Sighting(kind, match.start())
