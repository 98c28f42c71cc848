"""Volumes of UDF: descriptors, partitions and the places of files.  (ECMA-167 parts 3 and 4)"""

import struct
from dataclasses import dataclass, field

from scanners.disk_images.disk import Disk, Run
from scanners.errors import ContentMalformed

BLOCKS = (2048, 512, 4096, 1024)
ANCHOR, PARTITION, LOGICAL, POINTER, LAST = 2, 5, 6, 3, 8
FILE_SET, FILE_ENTRY, EXTENDED_ENTRY, ALLOCATION = 256, 261, 266, 258
MAX_DESCRIPTORS = 64
MAX_EXTENTS = 100_000
MAX_CHAIN = 1_000
"""Blocks of further extents of one file."""
METADATA, VIRTUAL = b"*UDF Metadata Partition", b"*UDF Virtual Partition"


@dataclass(slots=True)
class Extents:
    """Where a file is."""

    kind: int
    """4 a folder, 5 a file (ECMA-167 4/14.6.6)."""
    size: int
    runs: tuple[Run, ...] = ()
    inline: memoryview | None = None


@dataclass(slots=True)
class Volume:
    """Turns blocks of partitions into offsets of the disk."""

    disk: Disk
    block: int = 2048
    starts: dict[int, int] = field(default_factory=dict)
    """First block of each partition, by its number."""
    maps: list[int] = field(default_factory=list)
    """Number of the partition behind each reference."""
    metadata: dict[int, tuple[Run, ...]] = field(default_factory=dict)
    """Pieces of the file that stands for a metadata partition, by reference."""
    root: int = 0
    root_partition: int = 0

    def offset(self, block: int, partition: int) -> int:
        """Return where a block lies; raise ContentMalformed if it lies nowhere."""
        if partition in self.metadata:
            at = block * self.block
            for start, length in self.metadata[partition]:
                if at < length:
                    return start + at
                at -= length
            raise ContentMalformed("a block behind the end of the metadata")
        if partition >= len(self.maps) or self.maps[partition] not in self.starts:
            raise ContentMalformed("a partition that nothing describes")
        return (self.starts[self.maps[partition]] + block) * self.block

    def extents(self, block: int, partition: int) -> Extents:
        """Read a file entry (4/14.9, 4/14.17)."""
        at = self.offset(block, partition)
        head = bytes(self.disk.read(at, self.block))
        try:
            (tag,) = struct.unpack_from("<H", head)
            (size,) = struct.unpack_from("<Q", head, 56)
            fixed = {FILE_ENTRY: 176, EXTENDED_ENTRY: 216}.get(tag)
            if fixed is None:
                raise ContentMalformed("a file without an entry")
            extra, used = struct.unpack_from("<II", head, fixed - 8)
        except struct.error as error:
            raise ContentMalformed("a file without an entry") from error
        start = fixed + extra
        kind, form = head[27], head[34] & 7
        if form == 3:
            view = self.disk.read(at + start, min(used, self.block))
            return Extents(kind, size, inline=view)
        descriptors = bytes(self.disk.read(at + start, min(used, self.block)))
        return Extents(kind, size, self._runs(descriptors, form, partition))

    def _runs(self, descriptors: bytes, form: int, partition: int) -> tuple[Run, ...]:
        """Follow allocation descriptors (4/14.14): short ones, or long ones with a partition."""
        width = 8 if form == 0 else 16
        runs: list[Run] = []
        for _ in range(MAX_CHAIN):
            following: tuple[int, int] | None = None
            for at in range(0, len(descriptors) - width + 1, width):
                length, block = struct.unpack_from("<II", descriptors, at)
                kind, length = length >> 30, length & 0x3FFFFFFF
                if width == 16:
                    (partition,) = struct.unpack_from("<H", descriptors, at + 8)
                if not length or len(runs) >= MAX_EXTENTS:
                    return tuple(runs)
                if kind == 3:
                    following = block, partition
                    break
                runs.append((self.offset(block, partition) if kind == 0 else -1, length))
            if following is None:
                return tuple(runs)
            place = self.offset(*following)
            head = bytes(self.disk.read(place, 24))
            if len(head) < 24 or struct.unpack_from("<H", head)[0] != ALLOCATION:
                return tuple(runs)
            (used,) = struct.unpack_from("<I", head, 20)
            descriptors = bytes(self.disk.read(place + 24, min(used, self.block)))
        return tuple(runs)


def open_volume(disk: Disk) -> Volume:
    """Return the volume with its root; raise ContentMalformed."""
    for block in BLOCKS:
        for number in (256, disk.size // block - 1, disk.size // block - 257, 512):
            anchor = bytes(disk.read(number * block, 32))
            tag_is_right = len(anchor) == 32 and struct.unpack_from("<H", anchor)[0] == ANCHOR
            if tag_is_right and struct.unpack_from("<I", anchor, 12)[0] == number:
                volume = Volume(disk, block)
                for at in (16, 24):  # the main sequence, then its copy
                    length, start = struct.unpack_from("<II", anchor, at)
                    if _describe(volume, start, length):
                        return volume
    raise ContentMalformed("no anchor of a volume")


def _describe(volume: Volume, start: int, length: int) -> bool:
    """Read a sequence of volume descriptors (3/8.4.2); say whether it led to a root."""
    logical = b""
    at, end = start, start + length // volume.block
    for _ in range(MAX_DESCRIPTORS):
        block = bytes(volume.disk.read(at * volume.block, volume.block))
        tag = int.from_bytes(block[:2], "little")
        if at >= end or len(block) < 512 or tag in (0, LAST):
            break
        at += 1
        if tag == POINTER:
            length, at = struct.unpack_from("<II", block, 20)
            end = at + length // volume.block
        elif tag == PARTITION:
            (number,) = struct.unpack_from("<H", block, 22)
            (volume.starts[number],) = struct.unpack_from("<I", block, 188)
        elif tag == LOGICAL:
            logical = block
    if not logical:
        return False
    _map(volume, logical)
    block_number, partition = struct.unpack_from("<IH", logical, 252)
    place = volume.offset(block_number, partition)
    file_set = bytes(volume.disk.read(place, 512))
    if len(file_set) < 512 or struct.unpack_from("<H", file_set)[0] != FILE_SET:
        return False
    volume.root, volume.root_partition = struct.unpack_from("<IH", file_set, 404)
    return True


def _map(volume: Volume, logical: bytes) -> None:
    """Read the partition maps of a logical volume (3/10.7; UDF 2.2.8 to 2.2.10)."""
    volume.maps.clear()
    files: dict[int, int] = {}
    (count,) = struct.unpack_from("<I", logical, 268)
    at = 440
    for reference in range(min(count, 16)):
        entry = logical[at : at + 64]
        if len(entry) < 6 or entry[1] < 6:
            break
        at += entry[1]
        if entry[0] == 1:
            volume.maps.append(struct.unpack_from("<H", entry, 4)[0])
            continue
        if len(entry) < 64 or entry[5:].startswith(VIRTUAL):
            raise ContentMalformed("a virtual partition")
        volume.maps.append(struct.unpack_from("<H", entry, 38)[0])
        if entry[5:].startswith(METADATA):
            (files[reference],) = struct.unpack_from("<I", entry, 40)
    for reference, block in files.items():
        number = volume.maps[reference]
        beside = next(
            (i for i, each in enumerate(volume.maps) if each == number and i not in files), None
        )
        if beside is None:
            volume.maps.append(number)
            beside = len(volume.maps) - 1
        volume.metadata[reference] = volume.extents(block, beside).runs
