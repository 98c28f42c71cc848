"""Archives and compressed files: bounded and repeatable, whatever libarchive makes of them.

Input: a byte that chooses the type, then the file.  An image of a disc is too large for it.
"""

from scanners.archives.container import READERS, ArchiveContainer
from scanners.archives.streams import FORMATS, StreamContainer
from scanners.model import Content
from tests.fuzz.tree import KIT, TABLE, examine_twice

TYPES = sorted({*READERS, *FORMATS} - {"iso"})
SCANNERS = (StreamContainer(KIT), ArchiveContainer(KIT))


def fuzz_one(data: bytes) -> None:
    choice, body = data[0] if data else 0, data[1:]
    kind = TABLE.named(TYPES[choice % len(TYPES)])
    found = examine_twice(Content(memoryview(body), "a", file_type=kind), *SCANNERS)
    assert found.types is not None
    assert found.types.file_type is kind
