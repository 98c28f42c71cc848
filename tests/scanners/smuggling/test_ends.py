"""Where files end: as built, with all kinds of bytes behind; damaged ones end nowhere."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders as b
from scanners.smuggling.ends import end_of
from tests.scanners.conftest import MakeBudget

FILES = {
    "png": b.png(), "jpeg": b.jpeg(), "gif": b.gif(), "bmp": b.bmp(), "wav": b.wav(),
    "mp4": b.mp4(), "pdf": b.pdf(), "pe": b.pe(),
}  # fmt: skip
BEHIND = (b"", b"\n", b"\0" * 9, b"\x93\x81\x01\x99" * 9, b"PK\3\4" * 9)


@pytest.mark.parametrize("name", FILES)
def test_the_end_does_not_depend_on_what_follows(new_budget: MakeBudget, name: str) -> None:
    data = FILES[name]
    for behind in BEHIND:
        if name == "pdf" and behind == b"\n":
            continue  # belongs to the last line
        assert end_of(memoryview(data + behind), name, new_budget()) == len(data)


@pytest.mark.parametrize("name", set(FILES) - {"pdf", "mp4"})
def test_a_cut_file_ends_nowhere(new_budget: MakeBudget, name: str) -> None:
    cut = FILES[name][: len(FILES[name]) // 3]
    assert end_of(memoryview(cut), name, new_budget()) is None


def test_a_marker_in_a_scan_or_a_thumbnail_is_not_the_end(new_budget: MakeBudget) -> None:
    plain = b.jpeg()
    scan = plain.rindex(b"\x3f\xff\xd9")
    stuffed = plain[:scan] + b"\xff\0\xd9\xff\xd0\xd9\xff\xff" + plain[scan + 1 :]
    assert end_of(memoryview(stuffed), "jpeg", new_budget()) == len(stuffed)
    thumbnail = b.jpeg(b.jpeg())
    assert end_of(memoryview(thumbnail), "jpeg", new_budget()) == len(thumbnail)


def test_long_films_are_several_chunks(new_budget: MakeBudget) -> None:
    data = b.wav() + b.wav()
    assert end_of(memoryview(data), "avi", new_budget()) == len(data)


def test_a_box_without_a_size_goes_on_to_the_end(new_budget: MakeBudget) -> None:
    data = b.mp4() + struct.pack(">I4s", 0, b"mdat") + b"x" * 99
    assert end_of(memoryview(data), "mp4", new_budget()) == len(data)


def test_a_certificate_belongs_to_the_program(new_budget: MakeBudget) -> None:
    data = bytearray(b.pe())
    table = 0x80 + 24 + 96 + 8 * 4
    data[table : table + 8] = struct.pack("<II", len(data), 64)
    assert end_of(memoryview(bytes(data) + b"\x30" * 99), "pe", new_budget()) == len(data) + 64


def test_a_type_that_is_not_known_here(new_budget: MakeBudget) -> None:
    assert end_of(memoryview(b"abc"), "text", new_budget()) is None


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=200))
def test_any_bytes_can_be_asked(name: str, data: bytes) -> None:
    from scanners.budget import Budget

    view = memoryview(FILES[name][:12] + data)
    end = end_of(view, name, Budget(1e12, 1, 1, 1))
    assert end is None or 0 < end <= len(view)
