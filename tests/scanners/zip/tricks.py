"""One program, hidden in a ZIP archive in every way that readers are known to differ on."""

import struct
from typing import Any

from samples import builders
from tests.scanners.zip.forge import (
    FLAGS_DEFERRED,
    FLAGS_ENCRYPTED,
    PE,
    TEXT,
    Item,
    descriptor,
    end_64,
    extra,
    forge,
    program,
    text,
)

PACKED = builders.raw_deflate(PE)
GOOD = forge([text()])
BAD = forge([program()])
THIRD = forge([text(b"third.txt")])
LOOSE = program(listed=False)
ZEROS = {"checksum": 0, "packed_size": 0, "size": 0}
DEFERRED: dict[str, Any] = {"flags": FLAGS_DEFERRED, "local": ZEROS}
WIDE = 0xFFFFFFFF
LOCKED = builders.encrypted_zip({"a.txt": PE})
FILLER = builders.zip_of({"x.bin": bytes(range(256)) * 300}, method=builders.STORED)


def _cut(data: bytes, end: int) -> bytes:
    return data[:end]


def _early() -> Item:
    """Stored data that a streaming reader ends at a descriptor within them; a program follows."""
    inner = TEXT + descriptor(TEXT, TEXT) + program(method=builders.STORED).local_record() + PE
    return Item(b"a.txt", inner, 0, descriptor=descriptor(inner, inner), **DEFERRED)


def _quoted() -> bytes:
    """A member whose stored data are another member, listed as well: they overlap."""
    inner = program(b"b.txt").local_record() + PACKED
    outer = Item(b"a.bin", inner, builders.STORED)
    at = len(outer.local_record())
    return forge([outer, program(b"b.txt", here=False, central={"offset": at})])


def _in_extra() -> bytes:
    """A local header within the extra field of another."""
    inner = program(b"b.txt").local_record() + PACKED
    field = extra(0xCAFE, inner)
    outer = text(b"a.txt", local={"extra": field})
    at = len(outer.local_record()) - len(inner)
    return forge([outer, program(b"b.txt", here=False, central={"offset": at})])


def _fake_end_in_comment() -> bytes:
    """The comment holds an end record that leads to another directory before the archive."""
    hidden = program()
    start = hidden.local_record() + hidden.body
    directory = hidden.central_record(0)
    fake = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(start), 0)
    return forge([text()], prefix=start + directory, comment=fake)


def _two_ends(first: bytes, second: bytes) -> bytes:
    return first + second[second.index(b"PK\x05\x06") :]


def _damaged_second_entry() -> bytes:
    return forge([text(), program(central={"signature": b"PK\x01\x03"})])


def _wide(size: int, packed: int) -> bytes:
    return extra(1, struct.pack("<2Q", size, packed))


TRICKS: dict[str, bytes] = {
    "nothing hidden": BAD,
    "called stored, twice": forge([program(local={"method": 0}, central={"method": 0})]),
    "called stored by its header": forge([program(local={"method": 0})]),
    "called stored by the directory": forge([program(central={"method": 0})]),
    "called deflated, twice": forge([program(packed=PE)]),
    "called deflated by its header": forge([program(method=0, local={"method": 8})]),
    "called deflated by the directory": forge([program(method=0, central={"method": 8})]),
    "unknown method": forge([program(packed=PE, local={"method": 6}, central={"method": 6})]),
    "unknown method by the directory": forge([program(central={"method": 97})]),
    "behind a GIF": builders.gif() + BAD,
    "behind a PDF": builders.pdf() + BAD,
    "behind a JPEG, offsets counted": forge([program()], prefix=builders.jpeg()),
    "behind a JPEG, offsets not counted": forge([program()], prefix=builders.jpeg(), shifted=True),
    "behind a JPEG, end record missing": builders.jpeg() + _cut(BAD, BAD.index(b"PK\x05\x06")),
    "behind a JPEG, within another's data, no end record": builders.jpeg()
    + Item(b"fake", b"", packed=_cut(BAD, BAD.index(b"PK\x01\x02"))).local_record()
    + BAD[: BAD.index(b"PK\x05\x06")],
    "behind a JPEG, encrypted, no end record": builders.jpeg()
    + _cut(LOCKED, LOCKED.index(b"PK\x05\x06")),
    "behind a JPEG, more behind it": builders.jpeg() + BAD + b"more",
    "behind a line of text": b"hello\n" + BAD,
    "behind other letters": b"PK\x03\x03" + BAD,
    "first of two": BAD + GOOD,
    "second of two": GOOD + BAD,
    "first of three": BAD + GOOD + THIRD,
    "second of three": GOOD + BAD + THIRD,
    "third of three": GOOD + THIRD + BAD,
    "before an empty archive": BAD + builders.zip_of({}),
    "behind an empty archive": builders.zip_of({}) + BAD,
    "far before another": BAD + FILLER,
    "far behind another": FILLER + BAD,
    "tenth of twelve": GOOD * 9 + BAD + GOOD * 2,
    "name in the header": forge([program(b"a.exe", local={"name": b"a.txt"})]),
    "name in the directory": forge([program(b"a.exe", central={"name": b"a.txt"})]),
    "name in an extra field": forge(
        [program(b"a.txt", central={"extra": extra(0x7075, b"\1" + bytes(4) + b"a.exe")})]
    ),
    "name with NUL": forge([program(b"a.txt\0.exe")]),
    "no name": forge([program(b"")]),
    "name lengths": forge([program(b"a.txt", local={"name_size": 2})]),
    "name of a folder": forge([program(b"folder/")]),
    "name of a folder, no size": forge([program(b"folder/", central=ZEROS)]),
    "before the directory": forge([text()], before_directory=PE),
    "before the directory, packed": forge([text()], before_directory=PACKED),
    "between members": forge([text(), text(b"b.txt", gap=PE)]),
    "between members, packed": forge([text(), text(b"b.txt", gap=PACKED)]),
    "before the first, packed": forge([text(gap=PACKED)]),
    "before the end record": forge([text()], before_end=PE),
    "before the end record, packed": forge([text()], before_end=PACKED),
    "behind the end record": forge([text()], suffix=PE),
    "behind the end record, packed": forge([text()], suffix=PACKED),
    "in the comment": forge([text()], comment=PE),
    "in the comment, packed": forge([text()], comment=PACKED),
    "an archive in the comment": forge([text()], comment=BAD),
    "a member in the comment": forge([text()], comment=LOOSE.local_record() + LOOSE.body),
    "an end record in the comment": _fake_end_in_comment(),
    "comment longer than the file": forge([program()], end={"comment_size": 999}),
    "comment shorter than it is": forge([program()], comment=b"x" * 9, end={"comment_size": 3}),
    "end record damaged": BAD.replace(b"PK\x05\x06", b"PK\x05\x07"),
    "end record missing": _cut(BAD, BAD.index(b"PK\x05\x06")),
    "end record cut": BAD[:-3],
    "directory missing": _cut(BAD, BAD.index(b"PK\x01\x02")),
    "directory zeroed": _cut(BAD, BAD.index(b"PK\x01\x02")) + bytes(80),
    "second entry damaged": _damaged_second_entry(),
    "only a streamed member": program(descriptor=descriptor(PE, PACKED), **DEFERRED).local_record()
    + PACKED
    + descriptor(PE, PACKED),
    "end record twice": BAD + BAD[BAD.index(b"PK\x05\x06") :],
    "end record of an empty archive behind it": _two_ends(BAD, builders.zip_of({})),
    "end record counts none": forge([program()], end={"count": 0}),
    "end record counts one": forge([text(), program()], end={"count": 1}),
    "end record counts many": forge([program()], end={"count": 999}),
    "end record states no size": forge([program()], end={"size": 0}),
    "end record states another size": forge([text(), program()], end={"size": 53}),
    "end record states another offset": forge([program()], end={"offset": 7}),
    "end record states nothing": forge([program()], end={"count": 0, "size": 0, "offset": 0}),
    "end record of another disk": forge([program()], end={"disk": 3}),
    "end of 64 bits says empty": forge([program()], wide=end_64(0, 0, 0, len(BAD) - 22)),
    "end of 64 bits alone is right": forge(
        [program()],
        wide=end_64(1, 51, len(BAD) - 22 - 51, len(BAD) - 22),
        end={"count": 0, "size": 0, "offset": 0},
    ),
    "end of 64 bits leads elsewhere": forge(
        [text()], prefix=BAD, wide=end_64(1, 51, len(BAD) - 22 - 51, 0)
    ),
    "ZIP64 field unasked": forge([program(central={"extra": _wide(1, 2)})]),
    "ZIP64 field twice": forge(
        [
            program(
                central={
                    "size": WIDE,
                    "packed_size": WIDE,
                    "extra": _wide(9, 2) + _wide(len(PE), len(PACKED)),
                }
            )
        ]
    ),
    "ZIP64 field in the header only": forge([program(local={"extra": _wide(1, 2)})]),
    "in no directory, first": forge([LOOSE, text()]),
    "in no directory, between": forge([text(), LOOSE, text(b"b.txt")]),
    "in no directory, last": forge([text(), LOOSE]),
    "in no directory, behind the end": GOOD + LOOSE.local_record() + LOOSE.body,
    "in an empty directory": forge([LOOSE]),
    "in no directory, long name": forge([program(b"n" * 40000, listed=False), text()]),
    "listed as empty": forge([program(central=ZEROS), text(b"b.txt")]),
    "listed as small": forge([program(central={"packed_size": 5, "size": 5}), text(b"b.txt")]),
    "listed without content": forge([program(central={"size": 0})]),
    "header states no size": forge([program(local=ZEROS)]),
    "header states a small size": forge([program(local={"packed_size": 3, "size": 3})]),
    "header states a huge size": forge([program(local={"packed_size": 1 << 30})]),
    "both state a huge size": forge(
        [program(local={"packed_size": 1 << 30}, central={"packed_size": 1 << 30})]
    ),
    "called encrypted, twice": forge([program(flags=FLAGS_ENCRYPTED)]),
    "called encrypted, stored": forge([program(method=0, flags=FLAGS_ENCRYPTED)]),
    "called encrypted by its header": forge([program(local={"flags": 1})]),
    "called encrypted by the directory": forge([program(central={"flags": 1})]),
    "called AES": forge([program(flags=1, local={"method": 99}, central={"method": 99})]),
    "called strongly encrypted": forge([program(flags=0x41)]),
    "deferred, stored, ends early": forge([_early()]),
    "deferred, no descriptor": forge([program(**DEFERRED)]),
    "deferred, another's descriptor": forge(
        [program(descriptor=descriptor(TEXT, b""), **DEFERRED)]
    ),
    "deferred, in no directory": forge(
        [program(listed=False, descriptor=descriptor(PE, PACKED), **DEFERRED), text(b"b.txt")]
    ),
    "deferred, in no directory, unsigned": forge(
        [
            program(
                listed=False, descriptor=descriptor(PE, PACKED, signature=b""), **DEFERRED
            ),
            text(b"b.txt"),
        ]
    ),
    "deferred by the directory only": forge([program(central={"flags": 8})]),
    "headers within a stored member": forge([Item(b"a.bin", b"text" + BAD, builders.STORED)]),
    "headers within a stored archive": forge([Item(b"a.zip", BAD + GOOD, builders.STORED)]),
    "two streams in one member": forge([program(packed=builders.raw_deflate(TEXT) + PACKED)]),
    "over another member": _quoted(),
    "in the extra field of another": _in_extra(),
    "extra field longer than stated": forge([program(local={"extra": bytes(8), "extra_size": 4})]),
    "extra field shorter than stated": forge([program(local={"extra_size": 4})]),
    "entry's extra field covers the next": forge([text(central={"extra_size": 51}), program()]),
    "header without signature": forge([program(local={"signature": b"PK\x03\x05"})]),
    "entry leads to nothing": forge([program(central={"offset": 1})]),
    "entry of another disk": forge([program(central={"disk": 4})]),
    "mark of a split archive": forge([program()], prefix=b"PK\x07\x08"),
    "mark of a split archive that is not": forge([program()], prefix=b"PK00"),
    "last part of a split archive": forge([text(central={"disk": 0}), program()], end={"disk": 2})[
        60:
    ],
    "version from the future": forge([program(listed=False, local={"version": 0xFF}), text()]),
}  # fmt: skip
"""Name of the trick -> the archive.  Most unpackers show no program in most of them."""
