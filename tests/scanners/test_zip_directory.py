"""The central directory: found where it is, refused where it cannot be."""

import io
import struct
import zipfile
import zlib
from contextlib import nullcontext
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.errors import ContentMalformed
from scanners.zip_directory import (
    descriptor_end,
    directory_at,
    entries,
    find_all,
    find_directory,
    local_header,
)

ARCHIVE = builders.zip_of({"a.txt": b"aaa", "d/b.txt": b"b" * 1000})
END = len(ARCHIVE) - 22


def _names(data: bytes) -> list[str]:
    view = memoryview(data)
    directory = find_directory(view)
    assert directory is not None
    return [entry.name for entry in entries(view, directory)]


def test_entries() -> None:
    view = memoryview(ARCHIVE)
    directory = find_directory(view)
    assert directory is not None
    first, second = entries(view, directory)
    assert (first.name, first.size, first.method, first.encrypted) == ("a.txt", 3, 8, False)
    assert local_header(view, second.offset).raw_name == b"d/b.txt"
    assert local_header(view, second.offset).data == second.offset + 30 + 7
    assert directory.tail == len(ARCHIVE)


@pytest.mark.parametrize(
    "data",
    [
        b"MZ program" * 100 + ARCHIVE,
        ARCHIVE + bytes(500),
        ARCHIVE[:-2] + b"\x05\0" + b"hello",
        ARCHIVE[:-2] + b"\x16\0" + ARCHIVE[-22:-4] + b"\xff\xff\xff\xff",
    ],
    ids=["prefix", "suffix", "comment", "a false end record in the comment"],
)
def test_found_whatever_stands_around(data: bytes) -> None:
    assert _names(data) == ["a.txt", "d/b.txt"]


def test_zip64() -> None:
    """Sizes and offsets of 0xFFFFFFFF point to wide fields."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(b"data")
    data = file.getvalue()
    start = data.index(b"PK\x01\x02")
    extra = struct.pack("<HHQQQ", 1, 24, 4, 4, 0)
    central = data[start : start + 20] + b"\xff" * 8 + b"\x01\0" + struct.pack("<H", len(extra))
    central += data[start + 32 : start + 42] + b"\xff" * 4 + b"a" + extra
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(central), start)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, start + len(central), 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, *[0xFFFFFFFF] * 2, 0)
    wide = memoryview(data[:start] + central + end64 + locator + end)
    directory = find_directory(wide)
    assert directory is not None
    (entry,) = entries(wide, directory)
    assert (entry.name, entry.size, entry.packed_size, entry.offset) == ("a", 4, 4, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x05\x06",
        ARCHIVE[:END],
        ARCHIVE[:-6] + b"\xff\xff\xff\x7f" + ARCHIVE[-2:],
        ARCHIVE[:-10] + b"\xff\xff\xff\x7f" + ARCHIVE[-6:],
        ARCHIVE[:-12] + b"\xfe\xff" + ARCHIVE[-10:],
        ARCHIVE.replace(b"PK\x01\x02", b"PK\x01\x03"),
    ],
    ids=["nothing", "signature", "no end", "offset", "size", "count", "no directory"],
)
def test_not_believable(data: bytes) -> None:
    assert find_directory(memoryview(data)) is None


def test_a_list_that_breaks_off() -> None:
    """The first entry is told before the break."""
    at = ARCHIVE.rindex(b"PK\x01\x02")
    view = memoryview(ARCHIVE[:at] + b"PK\x01\x03" + ARCHIVE[at + 4 :])
    directory = find_directory(view)
    assert directory is not None
    listed = entries(view, directory)
    assert next(listed).name == "a.txt"
    with pytest.raises(ContentMalformed):
        next(listed)


def test_no_local_header() -> None:
    with pytest.raises(ContentMalformed):
        local_header(memoryview(ARCHIVE), 5)
    with pytest.raises(ContentMalformed):
        local_header(memoryview(ARCHIVE), len(ARCHIVE) * 2)


def test_local_header() -> None:
    """All that a streaming reader knows of a member."""
    view = memoryview(ARCHIVE)
    local = local_header(view, 0)
    packed = zlib.compressobj(wbits=-15).compress(b"aaa")
    assert (local.raw_name, local.method, local.encrypted, local.deferred) == (
        b"a.txt",
        8,
        False,
        False,
    )
    assert (local.checksum, local.size, local.data) == (zlib.crc32(b"aaa"), 3, 35)
    assert local.packed_size == ARCHIVE.index(b"PK\x03\x04", 1) - 35 >= len(packed)
    assert local_header(memoryview(ARCHIVE[:6] + b"\x08" + ARCHIVE[7:]), 0).deferred


def test_zip64_in_a_local_header() -> None:
    """Only what is 0xFFFFFFFF is looked up, the unpacked size first."""
    extra = struct.pack("<HHQQ", 1, 16, 5, 4)
    head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 45, 0, 0, 0, 0, 7, *[0xFFFFFFFF] * 2, 1, 20)
    local = local_header(memoryview(head + b"a" + extra), 0)
    assert (local.checksum, local.size, local.packed_size) == (7, 5, 4)


@pytest.mark.parametrize("signature", [b"PK\x07\x08", b""])
@pytest.mark.parametrize("layout", ["<3I", "<I2Q"])
def test_descriptor(signature: bytes, layout: str) -> None:
    """It has to say what the directory says, in any of its four forms."""
    view = memoryview(ARCHIVE)
    directory = find_directory(view)
    assert directory is not None
    entry = next(entries(view, directory))
    record = signature + struct.pack(layout, entry.checksum, entry.packed_size, entry.size)
    behind = memoryview(b".." + record + b"..")
    end = 2 + len(record)
    assert descriptor_end(behind, entry, 2, signed=False) == end
    assert descriptor_end(behind, entry, 2, signed=True) == (end if signature else None)
    assert descriptor_end(behind[:-3], entry, 2, signed=False) is None
    assert descriptor_end(behind, entry, 1, signed=False) is None
    huge = replace(entry, size=1 << 40)
    assert descriptor_end(behind, huge, 2, signed=False) is None


@pytest.mark.parametrize(
    "between, honest", [(b"", True), (b"PK\x05\x05\1\0.", True), (b"MZ", False)]
)
def test_what_stands_behind_the_list(between: bytes, honest: bool) -> None:
    """A signature of the directory may; a reader that counts bytes would go on reading others."""
    size = struct.pack("<I", struct.unpack("<I", ARCHIVE[-10:-6])[0] + len(between))
    view = memoryview(ARCHIVE[:END] + between + ARCHIVE[END:-10] + size + ARCHIVE[-6:])
    directory = find_directory(view)
    assert directory is not None
    listed = entries(view, directory)
    assert [next(listed).name, next(listed).name] == ["a.txt", "d/b.txt"]
    with nullcontext() if honest else pytest.raises(ContentMalformed):
        assert list(listed) == []


def test_names_in_the_old_code_page() -> None:
    """A name that is no UTF-8 and not flagged as such is code page 437."""
    at = ARCHIVE.index(b"PK\x01\x02") + 8
    unflagged = ARCHIVE[:at] + b"\0\0" + ARCHIVE[at + 2 :]
    assert _names(unflagged.replace(b"a.txt", b"\x81.txt")) == ["ü.txt", "d/b.txt"]


def test_find_all_keeps_to_its_bounds() -> None:
    assert list(find_all(memoryview(b"..PK..PK..PK"), b"PK", 3, 9)) == [6]


@given(st.integers(0, len(ARCHIVE)), st.binary(max_size=30))
def test_any_damage_is_survived(at: int, noise: bytes) -> None:
    view = memoryview(ARCHIVE[:at] + noise + ARCHIVE[at + len(noise) :])
    directory = find_directory(view)
    if directory is None:
        return
    assert 0 <= directory.start <= directory.end <= len(view)
    try:
        for entry in entries(view, directory):
            local_header(view, entry.offset)
    except ContentMalformed:
        pass


@given(st.binary(max_size=60), st.integers(0, 60))
def test_any_end_record(data: bytes, at: int) -> None:
    found = directory_at(memoryview(b"PK\x05\x06" + data), at)
    assert found is None or found.start >= 0
