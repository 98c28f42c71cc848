"""Ambiguous archives are told, in one word; honest archives of all kinds are not."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from samples import builders
from scanners.base import Bench
from scanners.budget import Budget
from scanners.errors import DeadlinePassed
from scanners.kit import Kit
from scanners.model import Code, Content
from scanners.types.table import TypeTable
from scanners.zip.container import ZipContainer
from scanners.zip.directory import find_directory
from scanners.zip.structure import Placed, Region, ends_early, merged, other_directories

MakeBudget = Callable[..., Budget]

GOOD = builders.zip_of({"good.txt": b"good"})
BAD = builders.zip_of({"bad.exe": builders.pe()})
UNLISTED = BAD[: BAD.index(b"PK\x01\x02")]
NESTED = builders.zip_of({"a.zip": GOOD, "b.zip": BAD}, method=builders.STORED)


def _streamed() -> bytes:
    """Return an archive with data descriptors, as written to a pipe."""
    pipe = io.BytesIO()
    pipe.seekable = lambda: False  # type: ignore[method-assign]
    with zipfile.ZipFile(pipe, "w") as archive:
        archive.writestr("a.txt", b"a" * 100)
        archive.writestr("b.txt", b"b" * 100)
    return pipe.getvalue()


def _moved(data: bytes, gap: bytes) -> bytes:
    """Put bytes between the last member and the directory, as smugglers and APK signers do."""
    start = data.index(b"PK\x01\x02")
    (offset,) = struct.unpack("<I", data[-6:-2])
    return data[:start] + gap + data[start:-6] + struct.pack("<I", offset + len(gap)) + data[-2:]


def _patched(data: bytes, signature: bytes, at: int, new: bytes) -> bytes:
    where = data.index(signature) + at
    return data[:where] + new + data[where + len(new) :]


def _listed_as(packed: int, size: int, data: bytes, name: bytes = b"photo.exe") -> bytes:
    """Have the directory give a program other sizes than the program's own header does."""
    data = data.replace(b"photo.exe", name)
    return _patched(data, b"PK\x01\x02", 20, struct.pack("<II", packed, size))


def _deferred(packed: bytes, behind: bytes, *, method: int = 0, stated: bytes = bytes(12)) -> bytes:
    """Return an archive of one member whose header leaves checksum and sizes to what is behind."""
    numbers = struct.pack("<3I", zlib.crc32(packed), len(packed), len(packed))
    head = struct.pack("<5H", 20, 8, method, 0, 0x21)
    names = struct.pack("<2H", 1, 0)
    local = b"PK\x03\x04" + head + stated + names + b"a" + packed + behind
    central = b"PK\x01\x02\x14\0" + head + numbers + names + bytes(14) + b"a"
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def _descriptor(data: bytes, *, layout: str = "<3I", signature: bytes = b"PK\x07\x08") -> bytes:
    return signature + struct.pack(layout, zlib.crc32(data), len(data), len(data))


def _wide_header(size: int) -> bytes:
    """Return an archive whose member states its sizes in the ZIP64 field of its own header."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(b"data")
    return _patched(file.getvalue(), b"PK\x03\x04", 35, struct.pack("<Q", size))


def _overlapping() -> bytes:
    """Both entries of the directory point to the first member."""
    data = builders.zip_of({"a.txt": b"a" * 50, "a.tx2": b"a" * 50}, method=builders.STORED)
    second = data.rindex(b"PK\x01\x02")
    return data[: second + 42] + bytes(4) + data[second + 46 :]


def _two_directories(shown: bytes, hidden: bytes) -> bytes:
    """Return one archive whose offset leads to another's directory, which stands before it."""
    end = struct.pack("<IH", hidden.index(b"PK\x01\x02"), 0)
    return hidden[:-22] + shown[:-6] + end


def _second_name(raw: str, other: str, *, local: bool = False) -> bytes:
    """Return an archive of one member with a Unicode path field in one of its headers."""
    extra = struct.pack("<2HBI", 0x7075, 5 + len(other.encode()), 1, 0) + other.encode()
    data = builders.zip_of({raw: b"a"})
    size, central = struct.pack("<H", len(extra)), data.index(b"PK\x01\x02")
    if local:
        head = data[:28] + size + data[30 : 30 + len(raw.encode())] + extra
        moved = struct.pack("<I", central + len(extra))
        return head + data[30 + len(raw.encode()) : -6] + moved + data[-2:]
    behind = len(data) - 22
    longer = struct.pack("<I", behind - central + len(extra))
    head = data[: central + 30] + size + data[central + 32 : behind] + extra
    return head + data[behind:-10] + longer + data[-6:]


NOISE = bytes(range(256))
TEXT = b"plain text"
PROGRAM = builders.zip_of({"photo.exe": builders.pe()})
EARLY = TEXT + _descriptor(TEXT) + UNLISTED
EARLY64 = TEXT + _descriptor(TEXT, layout="<I2Q") + UNLISTED
LATE = b"a" * 100 + _descriptor(TEXT)
SIGNED = 8 + 100 + 16
SIGNING_BLOCK = (
    struct.pack("<Q", SIGNED) + b"s" * 100 + struct.pack("<Q", SIGNED) + b"APK Sig Block 42"
)

_BEYOND = struct.pack("<I", GOOD.index(b"PK\x01\x02") + 1)
_WIDE_END = struct.pack(
    "<4sQ2H2I4Q4sIQI",
    *(b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, *struct.unpack("<II", GOOD[-10:-2])),
    *(b"PK\x06\x07", 0, len(GOOD) - 22, 1),
)

CASES = {
    "plain": (GOOD, set()),
    "empty": (builders.zip_of({}), set()),
    "archives inside, stored": (NESTED, set()),
    "streamed": (_streamed(), set()),
    "comment": (GOOD[:-2] + b"\x03\0abc", set()),
    "trailing zeros": (GOOD + bytes(600), set()),
    "signing block": (_moved(GOOD, SIGNING_BLOCK), set()),
    "chance signature": (_moved(GOOD, b"..PK\x03\x04\xff\xff...." + bytes(20)), set()),
    "a program before the directory": (_moved(GOOD, builders.pe()), {"hidden"}),
    "packed bytes before the directory": (_moved(GOOD, builders.gzip(NOISE)), {"hidden"}),
    "a program listed as empty": (_listed_as(0, 0, PROGRAM), {"size", "hidden"}),
    "a program listed as two bytes": (_listed_as(2, 0, PROGRAM), {"size", "hidden"}),
    "a program listed as folder": (
        _listed_as(0, 0, PROGRAM, name=b"photo.ex/"),
        {"size", "hidden"},
    ),
    "two checksums": (_patched(GOOD, b"PK\x01\x02", 16, b"\1\2\3\4"), {"checksum"}),
    "two sizes": (_patched(GOOD, b"PK\x01\x02", 24, b"\5"), {"size"}),
    "ZIP64 sizes in the local header": (_wide_header(4), set()),
    "two ZIP64 sizes": (_wide_header(5), {"size"}),
    "deferred": (_deferred(TEXT, _descriptor(TEXT)), set()),
    "deferred, but stated": (
        _deferred(TEXT, _descriptor(TEXT), stated=_descriptor(TEXT, signature=b"")),
        set(),
    ),
    "deferred, stated otherwise": (
        _deferred(TEXT, _descriptor(TEXT), stated=_descriptor(b"else", signature=b"")),
        {"checksum", "size"},
    ),
    "deferred, wide": (_deferred(TEXT, _descriptor(TEXT, layout="<I2Q")), set()),
    "deferred, packed, unsigned": (
        _deferred(TEXT, _descriptor(TEXT, signature=b""), method=8),
        set(),
    ),
    "deferred, stored, unsigned: a streaming reader finds no end": (
        _deferred(TEXT, _descriptor(TEXT, signature=b"")),
        {"descriptor"},
    ),
    "deferred to nowhere": (_deferred(TEXT, b"", method=8), {"descriptor"}),
    "deferred to another": (_deferred(TEXT, _descriptor(b"else"), method=8), {"descriptor"}),
    "deferred, ends early for a streaming reader": (
        _deferred(EARLY, _descriptor(EARLY)),
        {"descriptor"},
    ),
    "deferred, ends early, wide": (_deferred(EARLY64, _descriptor(EARLY64)), {"descriptor"}),
    "deferred, holds another's descriptor": (_deferred(LATE, _descriptor(LATE)), set()),
    "concatenated": (GOOD + BAD, {"concatenated", "unlisted"}),
    "concatenated, other order": (BAD + GOOD, {"concatenated", "unlisted"}),
    "archive in the comment": (
        GOOD[:-2] + struct.pack("<H", len(BAD)) + BAD,
        {"concatenated", "unlisted"},
    ),
    "member before the directory": (_moved(GOOD, UNLISTED), {"unlisted"}),
    "two names": (
        builders.zip_archive([builders.ZipMember("a.txt", b"a", central_name="a.exe")]),
        {"name"},
    ),
    "two end records": (GOOD[:-22] + _WIDE_END + GOOD[-22:-6] + bytes(6), {"end"}),
    "end records of both widths": (GOOD[:-22] + _WIDE_END + GOOD[-22:], set()),
    "two directories": (_two_directories(GOOD, BAD), {"elsewhere", "unlisted"}),
    "offsets beyond the directory": (
        _patched(_patched(GOOD, b"PK\x01\x02", 42, b"\1"), b"PK\x05\x06", 16, _BEYOND),
        {"elsewhere"},
    ),
    "a second name": (_second_name("setup.exe", "photo.jpg.exe"), {"name"}),
    "a second name in the local header": (
        _second_name("setup.exe", "photo.jpg.exe", local=True),
        {"name"},
    ),
    "a second name of another kind": (_second_name("ü.jpg", "ü.exe"), {"name"}),
    "the same name": (_second_name("a.txt", "a.txt"), set()),
    "a second name for a lost letter": (_second_name("M#U00fcller.txt", "Müller.txt"), set()),
    "two methods": (_patched(GOOD, b"PK\x03\x04", 8, b"\0\0"), {"method"}),
    "encrypted or not": (_patched(GOOD, b"PK\x03\x04", 6, b"\x01\x08"), {"encryption"}),
    "overlap": (_overlapping(), {"overlap", "name", "unlisted"}),
    "member over the directory": (
        _patched(GOOD, b"PK\x01\x02", 20, b"\xff\0"),
        {"overlap", "size"},
    ),
}


@pytest.fixture
def words(bench: Bench, table: TypeTable, new_budget: MakeBudget) -> Callable[[bytes], set[str]]:
    """Return a call that names the ways in which readers differ on an archive."""

    def call(data: bytes) -> set[str]:
        content = Content(memoryview(data), file_type=bench.identify(memoryview(data)))
        report = ZipContainer(Kit(table, bench.identify)).scan(content, new_budget())
        return {found.name for found in report.detections if found.code is Code.ARCHIVE_AMBIGUOUS}

    return call


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_ambiguities(words: Callable[[bytes], set[str]], data: bytes, expected: set[str]) -> None:
    assert words(data) == expected


def test_what_stands_before_an_archive_in_a_program_is_its_own(
    words: Callable[[bytes], set[str]],
) -> None:
    assert words(builders.pe() + BAD + GOOD) == set()
    assert words(builders.pe() + GOOD + UNLISTED) == set()


def test_a_file_of_signatures_ends_at_the_deadline(new_budget: MakeBudget) -> None:
    view = memoryview(GOOD + b"PK\x05\x06" * 9)
    directory = find_directory(view)
    assert directory is not None
    with pytest.raises(DeadlinePassed):
        list(other_directories(view, directory, [(0, len(view))], new_budget(seconds=-1)))


def test_stored_data_full_of_signatures_ends_at_the_deadline(new_budget: MakeBudget) -> None:
    data = b"PK\x07\x08" * 9
    member = Placed(0, len(data), frozenset(), (0, len(data)))
    with pytest.raises(DeadlinePassed):
        ends_early(memoryview(data), member, new_budget(seconds=-1))


@pytest.mark.parametrize(
    "regions, expected",
    [
        ([], []),
        ([(5, 5), (7, 3)], []),
        ([(5, 9), (0, 3)], [(0, 3), (5, 9)]),
        ([(0, 9), (2, 4), (9, 12), (13, 14)], [(0, 12), (13, 14)]),
    ],
)
def test_merged_regions(regions: list[Region], expected: list[Region]) -> None:
    assert merged(regions) == expected
