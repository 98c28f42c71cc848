"""FAT12, FAT16 and FAT32 with long names.  (Microsoft FAT specification 1.03)"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.disk_images.disk import Disk, DiskFile, Run
from scanners.errors import ContentMalformed, TooManyMembers

MAX_FOLDERS = 20_000
MAX_ENTRIES = 65_536
"""Entries of one folder, by the specification."""
LONG_NAME = 0x0F
HIDDEN, LABEL, FOLDER = 0x02, 0x08, 0x10
LOWER_STEM, LOWER_ENDING = 0x08, 0x10
"""Flags of Windows NT: a short name in small letters needs no long one."""
ENTRY = 32
END, DELETED = 0x00, 0xE5
OWN = (b".          ", b"..         ")
"""Names of the folder itself and of the one around it."""


@dataclass(frozen=True, slots=True)
class _Volume:
    """Where things are, in bytes."""

    disk: Disk
    bits: int
    """12, 16 or 32: of one entry of the table."""
    table: int
    root: int
    """Offset of the root of FAT12 and FAT16, cluster of that of FAT32."""
    root_size: int
    data: int
    cluster: int
    count: int

    def following(self, cluster: int) -> int:
        """Return what the table says of a cluster: which is next, or a mark."""
        if self.bits == 12:
            pair = int.from_bytes(self.disk.read(self.table + cluster * 3 // 2, 2), "little")
            return pair >> 4 if cluster & 1 else pair & 0xFFF
        width = self.bits // 8
        entry = self.disk.read(self.table + cluster * width, width)
        return int.from_bytes(entry, "little") & 0x0FFFFFFF

    def runs(self, cluster: int, size: int, budget: Budget) -> tuple[tuple[Run, ...], bool]:
        """Return the pieces of a chain, neighbours joined, as far as `size` needs them.

        Also whether the chain ends there, with the mark of an end.  One that bites its tail is
        followed for as many steps as the disk has clusters.
        """
        runs: list[Run] = []
        at = cluster
        for step in range(min(self.count, -(-size // self.cluster))):
            if not 2 <= at < self.count + 2:
                break
            if step % 4096 == 0:
                budget.seconds_left()
            start = self.data + (at - 2) * self.cluster
            if runs and sum(runs[-1]) == start:
                runs[-1] = (runs[-1][0], runs[-1][1] + self.cluster)
            else:
                runs.append((start, self.cluster))
            at = self.following(at)
        last = (1 << min(self.bits, 28)) - 8
        return tuple(runs), bool(runs) and at >= last


def is_fat(disk: Disk) -> bool:
    try:
        _volume(disk)
    except ContentMalformed:
        return False
    return True


def files(disk: Disk, budget: Budget) -> Iterator[DiskFile]:
    """Yield all files that are not deleted; raise ScannerErrors.

    A folder that cannot be read is told when all the others have been.
    """
    volume = _volume(disk)
    waiting: list[tuple[str, int]] = [("", 0)]
    seen: set[int] = set()
    lost: ContentMalformed | None = None
    while waiting:
        path, cluster = waiting.pop()
        if cluster in seen:
            continue
        seen.add(cluster)
        if len(seen) > MAX_FOLDERS:
            raise TooManyMembers("more folders than a disk has")
        try:
            for name, attributes, first, size in _entries(_folder(volume, cluster, budget)):
                if attributes & FOLDER:
                    waiting.append((f"{path}{name}/", first))
                    continue
                affordable = min(size, budget.bytes_left + 1)  # more ends the reading anyway
                runs, _ = volume.runs(first, affordable, budget)
                hidden = bool(attributes & HIDDEN)
                yield DiskFile(path + name, size, runs, hidden=hidden)
        except ContentMalformed as error:
            lost = error
    if lost is not None:
        raise lost


def _volume(disk: Disk) -> _Volume:
    head = bytes(disk.read(0, 512))
    if len(head) < 512:
        raise ContentMalformed("no FAT: too short")
    sector, per_cluster, reserved, tables, roots, few = struct.unpack_from("<HBHBHH", head, 11)
    (table_size, many, large_table) = (
        struct.unpack_from("<H", head, 22)[0],
        struct.unpack_from("<I", head, 32)[0],
        struct.unpack_from("<I", head, 36)[0],
    )
    sectors, per_table = few or many, table_size or large_table
    sane = sector in (512, 1024, 2048, 4096) and per_cluster and not per_cluster & per_cluster - 1
    rooted = roots or not table_size
    if not (sane and rooted and reserved and 1 <= tables <= 4 and sectors and per_table):
        raise ContentMalformed("no FAT: parameters that cannot be")
    root_size = roots * ENTRY
    table = reserved * sector
    root = table + tables * per_table * sector
    data = root + -(-root_size // sector) * sector
    cluster = per_cluster * sector
    count = (sectors * sector - data) // cluster
    bits = 12 if count < 4085 else 16
    if not table_size:
        bits, root = 32, int(struct.unpack_from("<I", head, 44)[0])
    listed = per_table * sector * 8 // bits - 2
    there = -(-(disk.size - data) // cluster)
    count = max(0, min(count, listed, there))
    return _Volume(disk, bits, table, root, root_size, data, cluster, count)


def _folder(volume: _Volume, cluster: int, budget: Budget) -> Iterator[bytes]:
    """Yield the raw entries of a folder, up to the mark of the last; cluster 0 is the root."""
    if cluster == 0 and volume.bits != 32:
        runs: tuple[Run, ...] = ((volume.root, volume.root_size),)
        whole = True
    else:
        start = cluster or volume.root
        runs, whole = volume.runs(start, MAX_ENTRIES * ENTRY, budget)
    for offset, length in runs:
        budget.seconds_left()
        piece = bytes(volume.disk.read(offset, length))
        for at in range(0, len(piece) - ENTRY + 1, ENTRY):
            if piece[at] == END:
                return
            yield piece[at : at + ENTRY]
        whole = whole and len(piece) == length
    if not whole:
        raise ContentMalformed("a folder that ends nowhere")


def _entries(raw: Iterator[bytes]) -> Iterator[tuple[str, int, int, int]]:
    """Yield name, attributes, first cluster and size."""
    parts: list[tuple[int, str]] = []
    for entry in raw:
        attributes = entry[11]
        if entry[0] == DELETED:
            parts = []
        elif attributes & LONG_NAME == LONG_NAME:
            raw_name = entry[1:11] + entry[14:26] + entry[28:32]
            parts.append((entry[0] & 0x3F, raw_name.decode("utf-16-le", "replace")))
        elif attributes & LABEL:
            parts = []
        else:
            long = "".join(text for _, text in sorted(parts)).partition("\0")[0]
            parts = []
            if entry[:11] in OWN:
                continue
            name = long or _short(entry)
            high, low = (
                struct.unpack_from("<H", entry, 20)[0],
                struct.unpack_from("<H", entry, 26)[0],
            )
            yield name, attributes, high << 16 | low, struct.unpack_from("<I", entry, 28)[0]


def _short(entry: bytes) -> str:
    first = b"\xe5" if entry[0] == 0x05 else entry[:1]
    stem = (first + entry[1:8]).decode("cp437").rstrip(" ")
    ending = entry[8:11].decode("cp437").rstrip(" ")
    stem = stem.lower() if entry[12] & LOWER_STEM else stem
    ending = ending.lower() if entry[12] & LOWER_ENDING else ending
    return f"{stem}.{ending}" if ending else stem
