"""Small archives that unpack to very much, or cost very much to look at."""

import struct
import zlib
from collections.abc import Callable

import inflate64

from samples import builders
from samples.zip_archives import DEFLATE64, Packed, archive_of
from tests.scanners.zip.forge import FLAGS_DEFERRED, Item, forge

MIB = 1024 * 1024
ZEROS = bytes(20 * MIB)
PACKED_ZEROS = builders.raw_deflate(ZEROS)


def fifield(count: int) -> bytes:
    """Return members that quote one another's headers, all with the same zeros at their end.

    Each deflate stream begins with a stored block that holds the next local header, and goes on
    in that member's stream.  (bamsoftware.com/hacks/zipbomb)
    """
    body, checksum, size = PACKED_ZEROS, zlib.crc32(ZEROS), len(ZEROS)
    records, entries = b"", []
    for number in reversed(range(count)):
        quote = b""
        if records:
            header = records[: 30 + 4]
            quote = b"\0" + struct.pack("<2H", len(header), len(header) ^ 0xFFFF)
            body = quote + records
            size += len(header)
        packed_size = len(body)
        item = Item(
            b"%04x" % number, b"", packed=b"",
            local={"method": 8, "checksum": checksum, "packed_size": packed_size, "size": size},
        )  # fmt: skip
        records = item.local_record() + body
        entries.append((item, len(records)))
    directory = b"".join(
        Item(item.name, b"", packed=b"", central=item.local).central_record(len(records) - behind)
        for item, behind in reversed(entries)
    )
    end = struct.pack("<4H2IH", 0, 0, count, count, len(directory), len(records), 0)
    return records + directory + b"PK\5\6" + end


def same_data(count: int) -> bytes:
    """Return entries of many names that all lead to the same member."""
    item = Item(b"zeros", ZEROS, packed=PACKED_ZEROS)
    others = [
        Item(b"%d" % number, ZEROS, packed=PACKED_ZEROS, here=False, central={"offset": 0})
        for number in range(count)
    ]
    return forge([item, *others])


def nested(levels: int, width: int) -> bytes:
    """Return archives in archives, each many times, zeros at the bottom: 42.zip."""
    data = builders.zip_of({"zeros": ZEROS})
    for _ in range(levels):
        data = builders.zip_of({f"{number}.zip": data for number in range(width)})
    return data


def row(depth: int) -> bytes:
    """Return an archive in an archive, and so on: a quine, as far as anybody looks."""
    data = builders.zip_of({"a.txt": b"text"})
    for _ in range(depth):
        data = builders.zip_of({"a.zip": data}, method=builders.STORED)
    return data


def empty_blocks() -> bytes:
    """Return many entries over 4 MiB of stored blocks that hold nothing."""
    body = b"\0\0\0\xff\xff" * (4 * MIB // 5)
    item = Item(b"first", b"", packed=body)
    others = [
        Item(b"%d" % number, b"", packed=body, here=False, central={"offset": 0})
        for number in range(1000)
    ]
    return forge([item, *others])


def staggered() -> bytes:
    """Return headers, each an entry, whose deferred data reach to the end of the file."""
    zeros = {"checksum": 0, "packed_size": 0, "size": 0}
    items = [
        Item(b"%d" % n, b"", 0, b"", FLAGS_DEFERRED, zeros, {"packed_size": 4 * MIB})
        for n in range(4000)
    ]
    return forge(items, before_directory=b"PK\x07\x08" * MIB)


def deflate64() -> bytes:
    engine = inflate64.Deflater()
    return archive_of(Packed("zeros", ZEROS, engine.deflate(ZEROS) + engine.flush(), DEFLATE64))


BOMBS: dict[str, Callable[[], bytes]] = {
    "overlapping, quoted": lambda: fifield(100),
    "overlapping, the same data": lambda: same_data(300),
    "nested": lambda: nested(3, 16),
    "nested without end": lambda: row(60),
    "1032:1": lambda: forge([Item(b"zeros", ZEROS, packed=PACKED_ZEROS)]),
    "1032:1, each below what is free": lambda: builders.zip_of(
        {str(n): bytes(9 * MIB) for n in range(60)}
    ),
    "bzip2": lambda: builders.zip_of({"zeros": ZEROS}, method=builders.BZIP2),
    "LZMA": lambda: builders.zip_of({"zeros": ZEROS}, method=builders.LZMA),
    "XZ": lambda: builders.zip_of({"zeros": ZEROS}, method=builders.XZ),
    "zstd": lambda: builders.zip_of({"zeros": ZEROS}, method=builders.ZSTD),
    "deflate64": deflate64,
    "65,535 members of nothing": lambda: forge(Item(b"%d" % n, b"", 0) for n in range(65_535)),
    "65,535 entries for one": lambda: forge(
        [Item(b"a", b"", 0)]
        + [Item(b"%d" % n, b"", 0, here=False, central={"offset": 0}) for n in range(65_534)]
    ),
    "huge names": lambda: forge(Item(b"%d." % n * 6000, b"", 0) for n in range(1000)),
    "nothing in many blocks": empty_blocks,
    "data without end": staggered,
    "end records": lambda: builders.zip_of({"a": b"a"}) * 20_000,
    "local headers": lambda: Item(b"a", b"", 0).local_record() * 200_000,
}
