"""Cabinets: parts of sets, and bytes that the format reserves.  ([MS-CAB] §2)"""

import struct
from collections.abc import Iterator

from scanners.archives.reading import Reading
from scanners.archives.trailing import add_trailing
from scanners.errors import ContentMalformed
from scanners.inflate import SHORTEST_SKIPPED
from scanners.model import Content, Reason

_HEADER = struct.Struct("<4sIIIIIBBHHHHH")
_FILE = struct.Struct("<IIHHHH")
RESERVE = 4
"""Flag: sizes of reserved areas follow, and that of the header after them."""
CONTINUED = frozenset({0xFFFD, 0xFFFE, 0xFFFF})
"""Folders of files of which a part lies in the cabinet before, behind, or both."""
NAME_LENGTH = 256
"""Bytes of a name, zero included."""


def read_cab(reading: Reading) -> None:
    found, view = reading.found, reading.found.content.view
    for member in reading.members(view):
        reading.add(member)
    if len(view) < _HEADER.size:
        raise ContentMalformed("cabinet without a header")
    _, _, size, _, files, _, _, _, _, count, flags, _, _ = _HEADER.unpack_from(view)
    if any(folder in CONTINUED for folder in _folders(view, files, count)):
        found.gap(Reason.MALFORMED, found.content.path)  # the rest lies in another cabinet
    if flags & RESERVE:
        (length,) = struct.unpack_from("<H", view, _HEADER.size) if len(view) > 38 else (0,)
        area = view[_HEADER.size + 4 : _HEADER.size + 4 + length]
        if len(area) >= SHORTEST_SKIPPED:
            path = (*found.content.path, "reserved")
            found.spend(reading.budget)
            found.children.append(Content(area, path=path, hidden_from_clamav=True))
    add_trailing(found, size, reading.budget)


def _folders(view: memoryview, at: int, count: int) -> Iterator[int]:
    """Yield which folder each file lies in, as far as the list of files can be read."""
    for _ in range(count):
        if at + _FILE.size > len(view):
            return
        yield _FILE.unpack_from(view, at)[2]
        at += _FILE.size
        name = bytes(view[at : at + NAME_LENGTH])
        at += name.find(b"\0") + 1 or NAME_LENGTH
