"""True types: any bytes get one in bounded time, twice the same, in few words.

Input: a file; taken as the headers of a Windows program as well.
"""

from scanners.errors import ScannerError
from scanners.model import FileType
from scanners.types.pe import MAX_NAMES, MAX_TYPES, end_of_image, read_pe
from tests.fuzz.tree import TABLE, TYPES

LONGEST_KIND = 200
MOST_RESOURCES = MAX_TYPES + MAX_NAMES + 1
STUB = b"MZ".ljust(60, b"\0") + (64).to_bytes(4, "little") + b"PE\0\0"


def fuzz_one(data: bytes) -> None:
    for view in (memoryview(data), memoryview(STUB + data)):
        first, second = identified(view), identified(view)
        assert first == second
        if first is not None:
            assert first.name in TABLE.types or first == TABLE.of_mime(first.mime)
            assert len(first.kind) <= LONGEST_KIND
        TYPES.recognise(view)
        end, image = end_of_image(view), read_pe(view)
        assert end is None or 0 < end <= len(view)
        if image is not None:
            assert len(image.resources(view)) <= MOST_RESOURCES


def identified(view: memoryview) -> FileType | None:
    try:
        return TYPES.identify(view)
    except ScannerError:
        return None
