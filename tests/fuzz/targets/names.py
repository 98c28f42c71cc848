"""Names: whatever a file is called, the name is judged in bounded time, and twice the same way.

Input: a byte that chooses what the file is, then its name in UTF-8, broken bytes as surrogates.
"""

from samples import builders
from scanners.disguise.claims import DisguiseScanner
from scanners.disguise.tricks import NameScanner
from scanners.model import Content
from scanners.ole.installer import stream_name
from tests.fuzz.tree import PROGRAM, TABLE, examine_twice

SCANNERS = (NameScanner(TABLE), DisguiseScanner(TABLE))
CONTENTS = (PROGRAM, builders.jpeg(), builders.pdf(), b"text", builders.zip_of({"a.txt": b"a"}))
MOST_DETECTIONS = 64
LONGEST_DETAIL = 2048


def fuzz_one(data: bytes) -> None:
    body = memoryview(CONTENTS[(data[0] if data else 0) % len(CONTENTS)])
    name = data[1:].decode("utf-8", "surrogateescape")
    for content in (Content(body, name=name), Content(body, name="a", url_name=name)):
        found = examine_twice(content, *SCANNERS)
        assert len(found.detections) <= MOST_DETECTIONS
        assert all(len(each.detail) <= LONGEST_DETAIL for each in found.detections)
    assert len(stream_name(name)) <= 2 * len(name)
