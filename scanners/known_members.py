"""Members of archives that analysts know by name, size and CRC, sealed or not (rules/members.txt).

What no password opens still shows these three, and a worm that packs itself shows the same ones
each time.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from pathlib import Path

from scanners.names import readings
from scanners.text_list import ListMalformed, read_lines

ANY = "*"
FIELDS = 4
_CRC = re.compile(r"(?:0x)?([0-9a-f]{8})", re.IGNORECASE)
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

Key = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class KnownMember:
    """One line of the list."""

    name: re.Pattern[str]
    """Matches a whole name in lower case."""
    size: int | None
    """Bytes, unpacked; None: any."""
    checksum: int | None
    """CRC-32; None: any."""
    label: str


@dataclass(frozen=True, slots=True)
class KnownMembers:
    """The list, found by size and CRC first: an archive may have thousands of members."""

    members: Sequence[KnownMember] = ()
    _by_key: dict[Key, list[KnownMember]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for known in self.members:
            self._by_key.setdefault((known.size, known.checksum), []).append(known)

    def label(
        self, names: Iterable[str], size: int | None = None, checksum: int | None = None
    ) -> str:
        """Return the label of the first line that fits one of the names; empty if none does.

        None: the container does not show it; then only lines that demand nothing there fit.
        """
        if not self._by_key:
            return ""
        keys = dict.fromkeys(((size, checksum), (size, None), (None, checksum), (None, None)))
        likely = [known for key in keys for known in self._by_key.get(key, ())]
        spelled = set(_spelled(names)) if likely else set()
        for known in likely:
            if any(map(known.name.match, spelled)):
                return known.label
        return ""


def _spelled(names: Iterable[str]) -> Iterator[str]:
    """Yield each name as stored and as systems would cut it, in lower case."""
    for name in names:
        yield name.lower()
        yield from readings(name)


def read_known_members(path: Path) -> KnownMembers:
    """Read the list; no file is an empty one.  Raises ListMalformed, OSError."""
    known = []
    for number, line in read_lines(path):
        try:
            known.append(_known(line))
        except ValueError as error:
            raise ListMalformed(path.name, number, str(error)) from None
    return KnownMembers(known)


def _known(line: str) -> KnownMember:
    fields = line.split()
    if len(fields) != FIELDS:
        raise ValueError("write name, size, CRC-32 and label (? stands for a blank)")
    name, size, checksum, label = fields
    crc = _CRC.fullmatch(checksum)
    if size != ANY and not (size.isascii() and size.isdecimal()):
        raise ValueError(f"the size is a number of bytes or {ANY}")
    if checksum != ANY and crc is None:
        raise ValueError(f"the CRC-32 has eight hexadecimal digits or is {ANY}")
    if not _LABEL.fullmatch(label):
        raise ValueError("a label has letters, digits, dots, dashes, underscores")
    if not name.strip("*?") and (size == ANY or crc is None):
        raise ValueError("this would fit every member of some size or CRC, or all")
    return KnownMember(
        re.compile(translate(name.lower())),
        None if size == ANY else int(size),
        int(crc[1], 16) if crc else None,
        label,
    )
