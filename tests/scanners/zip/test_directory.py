"""The central directory: found where it is, refused where it cannot be."""

import io
import struct
import zipfile
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.errors import ContentMalformed
from scanners.zip.directory import directory_at, entries, find_all, find_directory
from scanners.zip.headers import local_header

ARCHIVE = builders.zip_of({"a.txt": b"aaa", "d/b.txt": b"b" * 1000})
START = ARCHIVE.index(b"PK\x01\x02")
END = len(ARCHIVE) - 22


def _names(data: bytes) -> list[str]:
    view = memoryview(data)
    directory = find_directory(view)
    assert directory is not None
    return [entry.name for entry in entries(view, directory)]


def _ended(
    count: int = 2, size: int = END - START, offset: int = START, wide: bytes = b""
) -> bytes:
    """Return the archive under an end record that says this."""
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, size, offset, 0)
    return ARCHIVE[:END] + wide + end


def _wide(count: int = 2, size: int = END - START, offset: int = START, gap: int = 0) -> bytes:
    """Return a ZIP64 end record that says this, and its locator."""
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    return record + bytes(gap) + struct.pack("<4sIQI", b"PK\x06\x07", 0, END, 1)


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
        _ended(count=0xFFFE).replace(b"PK\x01\x02", b"PK\x01\x03"),
        _ended(size=0x7FFFFFFF, offset=0x7FFFFFFF),
        _ended(count=0, size=0, offset=0x7FFFFFFF),
    ],
    ids=["nothing", "signature", "no end", "no directory", "beyond the file", "empty and beyond"],
)
def test_not_believable(data: bytes) -> None:
    assert find_directory(memoryview(data)) is None


@pytest.mark.parametrize(
    "data",
    [
        _ended(count=0),
        _ended(count=1),
        _ended(count=3),
        _ended(count=0xFFFE),
        _ended(size=0),
        _ended(size=46),
        _ended(size=0x7FFFFFFF),
    ],
    ids=["none", "one", "three", "many", "no size", "small", "huge"],
)
def test_an_end_record_that_lies_hides_no_entry(data: bytes) -> None:
    """Readers trust the count, the size or the offset, each its own: all entries are listed."""
    view = memoryview(data)
    directory = find_directory(view)
    assert directory is not None
    assert not directory.empty
    listed = entries(view, directory)
    assert [next(listed).name, next(listed).name] == ["a.txt", "d/b.txt"]
    with pytest.raises(ContentMalformed):
        next(listed)


def test_an_offset_beyond_the_directory() -> None:
    """Python subtracts it again: offsets that are all too large by as much lead to the members."""
    directory = find_directory(memoryview(_ended(offset=START + 1000)))
    assert directory is not None
    assert (directory.start, directory.shift) == (START, -1000)


def test_count_modulo_65536() -> None:
    """Writers without ZIP64 that have more members say only the remainder."""
    data = _ended(wide=_wide(count=0x10002))
    view = memoryview(data)
    directory = find_directory(view)
    assert directory is not None
    assert [entry.name for entry in entries(view, directory)] == ["a.txt", "d/b.txt"]


@pytest.mark.parametrize(
    "data, agreed",
    [
        (_ended(wide=_wide()), True),
        (_ended(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, _wide()), True),
        (_ended(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, _wide(gap=56)), True),
        (_ended(0, 0, 0, _wide()), False),
        (_ended(wide=_wide(0, 0, 0)), False),
        (_ended(0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, _wide() + _wide(count=1)), False),
    ],
    ids=["same", "deferring", "extensible", "32 bits say empty", "64 bits say empty", "two"],
)
def test_end_records_of_both_widths(data: bytes, agreed: bool) -> None:
    """Whichever of them lists something is followed, and their differing is told."""
    directory = find_directory(memoryview(data))
    assert directory is not None
    assert (directory.start, directory.agreed) == (START, agreed)


def test_names_in_extra_fields() -> None:
    extra = struct.pack("<2HBI", 0x7075, 11, 1, 0) + b"a.html"
    data = ARCHIVE[: START + 30] + struct.pack("<H", len(extra)) + ARCHIVE[START + 32 : START + 51]
    data += extra + ARCHIVE[START + 51 : END]
    size = struct.pack("<I", END - START + len(extra))
    view = memoryview(data + ARCHIVE[END:-10] + size + ARCHIVE[-6:])
    directory = find_directory(view)
    assert directory is not None
    assert [entry.other_names for entry in entries(view, directory)] == [("a.html",), ()]


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


@pytest.mark.parametrize(
    "between, honest",
    [(b"", True), (b"PK\x05\x05\1\0.", True), (b"PK\x05\x05\1\0..", False), (b"MZ", False)],
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
