"""Headers of members, hostile ones too."""

import struct
import zlib
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from samples.zip_archives import aes_member, archive_of
from scanners.errors import ContentMalformed
from scanners.zip.directory import entries, find_directory
from scanners.zip.headers import (
    Descriptor,
    Entry,
    believable,
    central_header,
    descriptor_end,
    descriptors,
    local_header,
)
from tests.scanners.zip.forge import Fields, Item, forge

ARCHIVE = builders.zip_of({"a.txt": b"aaa", "d/b.txt": b"b" * 1000})


def _first(data: bytes) -> Entry:
    return central_header(memoryview(data), data.index(b"PK\x01\x02"), 0)


def test_no_local_header() -> None:
    with pytest.raises(ContentMalformed):
        local_header(memoryview(ARCHIVE), -len(ARCHIVE))
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


def test_names_in_the_old_code_page() -> None:
    """A name that is no UTF-8 and not flagged as such is code page 437."""
    assert _first(forge([Item(b"\x81.txt", b"")])).name == "ü.txt"
    assert _first(forge([Item(b"\x81.txt", b"", flags=0x800)])).name == "\ufffd.txt"


def test_entry() -> None:
    data = forge([Item(b"a/", b"", central={"comment": b"note", "offset": 5})], prefix=b"12345")
    entry = _first(data)
    assert (entry.name, entry.offset, entry.end, entry.is_folder) == ("a/", 5, len(data) - 22, True)
    shifted = central_header(memoryview(data), data.index(b"PK\x01\x02"), 3)
    assert shifted.offset == 8


def test_an_encrypted_member_states_its_method_in_a_field() -> None:
    data = archive_of(aes_member("a.txt", b"text", strength=2))
    for header in (_first(data), local_header(memoryview(data), 0)):
        assert header.aes is not None
        assert (header.method, header.aes.strength, header.encrypted) == (8, 2, True)


@pytest.mark.parametrize(
    "flags, extra, strong, masked",
    [(1, b"", False, False), (0x41, b"", True, False), (1, b"\x17\0\0\0", True, False),
     (0x2041, b"", True, True)],
)  # fmt: skip
def test_encryption_of_pkware(flags: int, extra: bytes, strong: bool, masked: bool) -> None:
    fields: Fields = {"flags": flags, "extra": extra}
    data = forge([Item(b"a", b"", local=fields, central=fields)])
    for header in (_first(data), local_header(memoryview(data), 0)):
        assert (header.strong, header.masked) == (strong, masked)


def test_a_header_that_reaches_beyond_the_archive() -> None:
    with pytest.raises(ContentMalformed):
        local_header(memoryview(ARCHIVE[:34]), 0)


@pytest.mark.parametrize(
    "says, expected",
    [({}, True), ({"version": 0xFFFF}, True), ({"method": 99}, True), ({"method": 100}, False),
     ({"method": 0x108}, False), ({"name": b""}, False), ({"signature": b"PK\x03\x05"}, False)],
)  # fmt: skip
def test_four_bytes_are_no_header(says: dict[str, int | bytes], expected: bool) -> None:
    data = forge([Item(b"a", b"text", local=says)])
    assert bool(believable(memoryview(data), 0)) is expected
    assert believable(memoryview(data[:29]), 0) is None


def test_descriptors() -> None:
    """Either width, with a signature or without, if the packed size is the one looked for."""
    narrow, wide = struct.pack("<3I", 7, 5, 9), struct.pack("<I2Q", 7, 5, 9)
    for start in (b"", b"PK\x07\x08"):
        for record in (narrow, wide):
            view = memoryview(b".." + start + record)
            assert next(descriptors(view, 2, 5)) == Descriptor(7, 9, len(view))
            assert list(descriptors(view, 2, 6)) == []
            assert Descriptor(7, 9, len(view)) not in descriptors(view[:-1], 2, 5)


@given(st.binary(max_size=80), st.integers(-5, 90))
def test_any_bytes(data: bytes, at: int) -> None:
    view = memoryview(b"PK\x03\x04" + data)
    assert believable(view, max(0, at)) is None or at >= 0
    with suppress(ContentMalformed):
        assert local_header(view, at).data <= len(view)
