"""Shortcuts are read as Windows reads them, cut and lying ones as far as they go."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from samples.shortcuts import Link, shortcut
from scanners.shortcuts.lnk_file import read_shortcut

FULL = Link(
    item_path="C:\\Windows\\System32\\cmd.exe",
    local_path="C:\\Windows\\System32\\cmd.exe",
    relative_path="..\\..\\cmd.exe",
    arguments="/c é",
    icon="C:\\x.ico",
    working_folder="C:\\",
    environment_path="%windir%\\cmd.exe",
    show=7,
)


def test_everything_that_it_says() -> None:
    data = shortcut(FULL)
    found = read_shortcut(memoryview(data))
    assert found.targets == [
        "C:\\Windows\\System32\\cmd.exe",
        "..\\..\\cmd.exe",
        "%windir%\\cmd.exe",
    ]
    assert (found.arguments, found.icon, found.working_folder) == ("/c é", "C:\\x.ico", "C:\\")
    assert (found.show_command, found.end, found.broken) == (7, len(data), False)


def test_a_share() -> None:
    data = shortcut(Link(share="\\\\files\\share", local_path="a\\b.txt"))
    assert read_shortcut(memoryview(data)).targets == ["\\\\files\\share\\a\\b.txt"]


def test_texts_of_one_byte_a_character() -> None:
    header = bytearray(shortcut(Link())[:76])
    struct.pack_into("<I", header, 20, 8 | 32)
    data = bytes(header) + b"\5\0a.txt\3\0\xe9/c"
    found = read_shortcut(memoryview(data))
    assert (found.targets, found.arguments) == (["a.txt"], "é/c")
    assert found.end == len(data)


@pytest.mark.parametrize("name", ["x.exe", "a longer name of a program.exe"])
def test_old_items_have_short_names_only(name: str) -> None:
    item = struct.pack("<BBIIH", 0x32, 0, 0, 0, 0x20) + name.encode() + b"\0"
    items = struct.pack("<H", len(item) + 2) + item + bytes(2)
    header = bytearray(shortcut(Link())[:76])
    struct.pack_into("<I", header, 20, 1)
    data = bytes(header) + struct.pack("<H", len(items)) + items
    assert read_shortcut(memoryview(data)).targets == [name]


def test_an_address_in_the_items() -> None:
    item = b"\x61\x80" + bytes(4) + builders.wide("https://files.example/a") + b"\0\0"
    items = struct.pack("<H", len(item) + 2) + item + bytes(2)
    header = bytearray(shortcut(Link())[:76])
    struct.pack_into("<I", header, 20, 1)
    data = bytes(header) + struct.pack("<H", len(items)) + items
    assert read_shortcut(memoryview(data)).targets == ["https://files.example/a"]


def test_nonsense_of_a_right_length_is_passed_over() -> None:
    data = bytearray(shortcut(Link(relative_path="a.txt", overlay=b"more")))
    data[20] |= 2
    data[76:76] = b"\x0a\0\0\0nonsen"
    found = read_shortcut(memoryview(data))
    assert (found.targets, found.broken) == (["a.txt"], False)
    assert bytes(data[found.end :]) == b"more"


def test_a_broken_one_ends_behind_what_was_read() -> None:
    data = bytearray(shortcut(Link(item_path="C:\\a.txt")))
    assert read_shortcut(memoryview(data[:90])).end == 76
    behind = read_shortcut(memoryview(data)).end - 4
    data[20] |= 2
    data[behind:] = b"\xff\xff\0\0" + b"carried"
    found = read_shortcut(memoryview(data))
    assert (found.broken, found.end) == (True, behind)
    assert read_shortcut(memoryview(data[:10])).end == 10


def test_what_lies_behind_the_end() -> None:
    data = shortcut(Link(relative_path="a", overlay=b"more"))
    assert data[read_shortcut(memoryview(data)).end :] == b"more"


def test_a_block_that_leads_out_of_the_file_is_none() -> None:
    data = shortcut(Link(relative_path="a", overlay=b"more"))
    data = data.replace(bytes(4) + b"more", b"\xff\xff\0\0more")
    found = read_shortcut(memoryview(data))
    assert (data[found.end :], found.broken) == (b"\xff\xff\0\0more", False)


def test_every_cut_is_read_as_far_as_it_goes() -> None:
    data = shortcut(FULL)
    for end in range(len(data)):
        found = read_shortcut(memoryview(data[:end]))
        assert found.broken or found.end <= end
    assert read_shortcut(memoryview(data[:400])).targets == ["C:\\Windows\\System32\\cmd.exe"]


@given(st.binary(max_size=400))
def test_hostile_bytes_raise_nothing(tail: bytes) -> None:
    for flags in (0xFF, 0x01, 0x02, 0xFE):
        head = bytearray(shortcut(Link())[:76])
        struct.pack_into("<I", head, 20, flags)
        found = read_shortcut(memoryview(bytes(head) + tail))
        assert 0 <= found.end <= 76 + len(tail) + 4
