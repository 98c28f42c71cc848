"""What an ISO 9660 image lists, in its plain tree and in Joliet's.  (ECMA-119; Joliet 1)

Only names and places: members are opened by scanners/archives.
"""

import itertools
import struct
from collections.abc import Iterator

from scanners.budget import Budget
from scanners.disk_images.disk import DiskFile
from scanners.errors import TooManyMembers

SECTOR = 2048
FIRST, MAX_DESCRIPTORS = 16, 32
PRIMARY, SUPPLEMENTARY, LAST = 1, 2, 255
JOLIET = frozenset({b"%/@", b"%/C", b"%/E"})
MAX_FOLDERS = 20_000
MAX_FOLDER_BYTES = 8 * 1024 * 1024
MAX_FILES = 100_000
"""Files of one tree that are listed."""
HIDDEN, FOLDER, GOES_ON = 0x01, 0x02, 0x80


def trees(view: memoryview, budget: Budget) -> Iterator[list[DiskFile]]:
    """Yield the files of each tree, the plain one first; raise ScannerErrors."""
    for number in range(FIRST, FIRST + MAX_DESCRIPTORS):
        block = bytes(view[number * SECTOR : (number + 1) * SECTOR])
        if block[1:6] != b"CD001" or len(block) < SECTOR or block[0] == LAST:
            return
        joliet = block[0] == SUPPLEMENTARY and block[88:91] in JOLIET
        if block[0] == PRIMARY or joliet:
            listed = _files(view, block[156:190], budget, joliet=joliet)
            yield list(itertools.islice(listed, MAX_FILES))


def _files(view: memoryview, root: bytes, budget: Budget, *, joliet: bool) -> Iterator[DiskFile]:
    waiting = [("", *_place(root))]
    seen: set[int] = set()
    while waiting:
        path, start, size = waiting.pop()
        if start in seen:
            continue
        seen.add(start)
        if len(seen) > MAX_FOLDERS:
            raise TooManyMembers("more folders than a disc has")
        budget.seconds_left()
        begun: list[tuple[int, int]] = []
        folder = bytes(view[start : start + min(size, MAX_FOLDER_BYTES)])
        for record in _records(folder):
            name = _name(record, joliet=joliet)
            place, length = _place(record)
            if record[25] & FOLDER:
                waiting.append((f"{path}{name}/", place, length))
                continue
            begun.append((place, length))
            if not record[25] & GOES_ON:
                whole = sum(length for _, length in begun)
                hidden = bool(record[25] & HIDDEN)
                yield DiskFile(path + name, whole, tuple(begun), hidden=hidden)
                begun = []


def _records(folder: bytes) -> Iterator[bytes]:
    """Yield the records of a folder but for those of itself and its parent."""
    at = 0
    while at < len(folder):
        length = folder[at]
        if length < 34:  # none cross a sector: the rest of this one is empty
            at = (at // SECTOR + 1) * SECTOR
            continue
        record = folder[at : at + length]
        at += length
        if len(record) == length and not (record[32] == 1 and record[33] < 2):
            yield record


def _place(record: bytes) -> tuple[int, int]:
    start, size = struct.unpack_from("<I4xI", record, 2)
    return (start + record[1]) * SECTOR, size


def _name(record: bytes, *, joliet: bool) -> str:
    raw = record[33 : 33 + record[32]]
    text = raw.decode("utf-16-be", "replace") if joliet else raw.decode("latin-1")
    stem, _, version = text.rpartition(";")
    return (stem if stem and version.isdigit() else text).rstrip(".") or text
