"""The part of a 7z header that says where packed streams lie and which coders they go through."""

from dataclasses import replace
from itertools import islice

from scanners.errors import ContentMalformed, TooManyMembers
from scanners.sevenzip.fields import Fields
from scanners.sevenzip.records import Coder, Folder, Part, Streams

END, PACKED, UNPACKED, PARTS, SIZES, CHECKSUMS = 0, 6, 7, 8, 9, 10
FOLDERS, FOLDER_SIZES, PART_COUNTS = 11, 12, 13
MOST_CODERS = 32
MOST_FOLDERS = 100_000
MOST_STREAMS = 32
"""In and out of the coders of one folder; 7-Zip's own bounds."""


def read_streams(fields: Fields, start: int) -> Streams:
    """Return what is said up to and with the end mark; packed streams count from `start`."""
    packed: list[tuple[int, int]] = []
    folders: list[Folder] = []
    parts: list[tuple[Part, ...]] | None = None
    while (mark := fields.number()) != END:
        if mark == PACKED:
            packed = _packed(fields, start)
        elif mark == UNPACKED:
            folders = _folders(fields)
        elif mark == PARTS:
            parts = _parts(fields, folders)
        else:
            raise ContentMalformed("an unknown part of the header")
    if sum(len(folder.packed) for folder in folders) != len(packed):
        raise ContentMalformed("folders take other packed streams than there are")
    if parts is None:
        parts = [(Part(folder.size, folder.checksum),) for folder in folders]
    places = iter(packed)
    taken = (tuple(islice(places, len(folder.packed))) for folder in folders)
    return Streams(tuple(folders), tuple(taken), tuple(parts))


def _packed(fields: Fields, start: int) -> list[tuple[int, int]]:
    at = start + fields.number()
    count = fields.count()
    sizes: list[int] = []
    while (mark := fields.number()) != END:
        if mark == SIZES:
            sizes = [fields.number() for _ in range(count)]
        elif mark == CHECKSUMS:
            fields.digests(count)
        else:
            raise ContentMalformed("an unknown property of packed streams")
    places: list[tuple[int, int]] = []
    for size in sizes:
        places.append((at, size))
        at += size
    return places


def _folders(fields: Fields) -> list[Folder]:
    _expect(fields, FOLDERS)
    count = fields.count()
    if count > MOST_FOLDERS:
        raise TooManyMembers("more folders than any budget has members")
    if fields.byte() != 0:
        raise ContentMalformed("folders that stand elsewhere")
    folders = [_folder(fields) for _ in range(count)]
    _expect(fields, FOLDER_SIZES)
    for number, folder in enumerate(folders):
        outputs = sum(coder.outputs for coder in folder.coders)
        sizes = tuple(fields.number() for _ in range(outputs))
        folders[number] = replace(folder, sizes=sizes)
    while (mark := fields.number()) != END:
        if mark != CHECKSUMS:
            raise ContentMalformed("an unknown property of folders")
        for number, checksum in enumerate(fields.digests(count)):
            folders[number] = replace(folders[number], checksum=checksum)
    return folders


def _folder(fields: Fields) -> Folder:
    count = fields.count()
    if not 0 < count <= MOST_CODERS:
        raise ContentMalformed("a folder without coders, or with too many")
    coders = tuple(_coder(fields) for _ in range(count))
    inputs = sum(coder.inputs for coder in coders)
    outputs = sum(coder.outputs for coder in coders)
    if not 0 < outputs <= inputs <= MOST_STREAMS:
        raise ContentMalformed("coders that do not fit together")
    bonds = tuple((fields.number(), fields.number()) for _ in range(outputs - 1))
    free = sorted(set(range(inputs)) - {bound for bound, _ in bonds})
    packed = inputs - len(bonds)
    named = [fields.number() for _ in range(packed)] if packed > 1 else free
    if sorted(named) != free or len(free) != packed:
        raise ContentMalformed("streams that are fed twice, or not at all")
    if len({output for _, output in bonds} & set(range(outputs))) != len(bonds):
        raise ContentMalformed("streams that are taken twice")
    return Folder(coders, bonds, tuple(named), ())


def _coder(fields: Fields) -> Coder:
    flags = fields.byte()
    if flags & 0xC0:
        raise ContentMalformed("a coder of the future")
    method = fields.take(flags & 15)
    inputs, outputs = (fields.number(), fields.number()) if flags & 0x10 else (1, 1)
    if max(inputs, outputs) > MOST_STREAMS:
        raise ContentMalformed("a coder of too many streams")
    properties = fields.take(fields.number()) if flags & 0x20 else b""
    return Coder(method, properties, inputs, outputs)


def _parts(fields: Fields, folders: list[Folder]) -> list[tuple[Part, ...]]:
    counts = [1] * len(folders)
    sizes: list[list[int]] = []
    checksums: list[int | None] = []
    mark = fields.number()
    if mark == PART_COUNTS:
        counts = [fields.number() for _ in folders]
        if sum(counts) - len(folders) > fields.left:
            raise ContentMalformed("more files than the header has bytes")
        mark = fields.number()
    if mark == SIZES:
        sizes = [_sizes(fields, count, folder) for count, folder in zip(counts, folders)]
        mark = fields.number()
    elif max(counts, default=0) > 1:
        raise ContentMalformed("files without sizes")
    else:
        sizes = [[folder.size][:count] for count, folder in zip(counts, folders)]
    alone = [count == 1 and f.checksum is not None for count, f in zip(counts, folders)]
    unknown = sum(0 if one else count for one, count in zip(alone, counts))
    while mark != END:
        if mark != CHECKSUMS:
            raise ContentMalformed("an unknown property of files")
        checksums = fields.digests(unknown)
        mark = fields.number()
    rest = iter(checksums or [None] * unknown)
    return [
        tuple(Part(size, folder.checksum if one else next(rest)) for size in own)
        for own, one, folder in zip(sizes, alone, folders)
    ]


def _sizes(fields: Fields, count: int, folder: Folder) -> list[int]:
    """All sizes but the last are written: that is what is left."""
    if count == 0:
        return []
    sizes = [fields.number() for _ in range(count - 1)]
    left = folder.size - sum(sizes)
    if left < 0:
        raise ContentMalformed("files are larger than what they come out of")
    return [*sizes, left]


def _expect(fields: Fields, mark: int) -> None:
    if fields.number() != mark:
        raise ContentMalformed("the parts of the header stand in another order")
