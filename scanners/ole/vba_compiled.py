"""What the compiled form of VBA code gives away when its source does not say the same.

Office runs the compiled form if its own version wrote it, so the source can be replaced by anything
("stomping").  The format is not documented; used here is only what has not changed since 1999: the
count of lines behind a mark, and the names that the code uses, which stand there as plain text.
"""

import re
import struct
from collections.abc import Iterator

from scanners.documents.macro_words import AUTO_RUN
from scanners.ole.vba_project import Project

MARK = b"\xfe\xca\x01\x00"
"""Before the count of lines, which have 12 bytes each, and four bytes that are always set."""
LINE = 12
NO_CODE = b"\xff\xff\xff\xff"
MARGIN = 4
"""Lines that the compiled form may have in excess."""

_WHOLE = re.compile(AUTO_RUN.encode(), re.IGNORECASE)
_CODE = re.compile(rb"^(?!Attribute )[ \t]*[^\s\0]", re.MULTILINE)


def stomped(project: Project) -> str:
    """Return what the compiled form has and the source lacks, for a person; empty if nothing."""
    compiled = 0
    for module in project.modules:
        lines = compiled_lines(module.compiled)
        compiled += lines
        written = module.source.count(b"\n") + 1 if _CODE.search(module.source) else 0
        if lines and not written:
            return f"{lines} compiled lines, and no source"
        if lines > 2 * written + MARGIN:
            return f"{lines} compiled lines, and {written} of source"
    if not compiled:
        return ""
    text = b"\n".join(module.source for module in project.modules).lower()
    names = identifiers(bytes(project.identifiers))
    hidden = next((name for name in names if name.lower() not in text), b"")
    return f"the source lacks {hidden.decode()}, which the compiled code has" if hidden else ""


def identifiers(table: bytes) -> Iterator[bytes]:
    """Yield the names in a project's table that Office calls by itself.

    An entry is its length, a byte of flags, six bytes more if the highest flag is set, the name,
    and a hash that may look like letters.
    """
    for match in _WHOLE.finditer(table):
        for before in (2, 8):
            at = match.start() - before
            length = table[at] if at >= 0 else 0
            name = table[match.start() : match.start() + length]
            if _WHOLE.fullmatch(name):
                yield name


def compiled_lines(compiled: memoryview) -> int:
    """Return how many lines of code a module's cache holds; 0 if it cannot be told.

    Blank lines have an entry as well, which points at no code.
    """
    data = bytes(compiled)
    at = data.rfind(MARK)
    if at < 0 or at + 6 > len(data):
        return 0
    (count,) = struct.unpack_from("<H", data, at + len(MARK))
    end = at + 6 + count * LINE
    if data[end : end + 4] != NO_CODE:
        return 0
    return sum(
        data[next_one - 4 : next_one] != NO_CODE for next_one in range(at + 18, end + 1, LINE)
    )
