"""PE headers: where the image ends, what it imports and carries; any damage is survived."""

import struct
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.types.pe import end_of_image, read_pe
from tests.scanners.types.binaries import exporting, managed, pe_with, with_resource


def _end(data: bytes) -> int | None:
    return end_of_image(memoryview(data))


def test_an_image_ends_behind_its_last_section() -> None:
    for data in (builders.pe(), pe_with(), pe_with(wide=True), builders.pe(size=9000)):
        assert _end(data) == len(data)
        assert _end(data + b"overlay") == len(data)


def test_a_certificate_belongs_to_it_only_where_it_follows() -> None:
    data = pe_with(directories={4: (1536, 100)})
    assert _end(data + bytes(100) + b"behind") == 1636
    assert _end(data + bytes(40)) == 1576, "as far as the file reaches"
    apart = pe_with(directories={4: (2000, 100)})
    assert _end(apart + b"x" * 600) == 1536, "an overlay before it is one"


def test_symbols_of_a_linker_belong_to_it() -> None:
    data = bytearray(pe_with())
    struct.pack_into("<II", data, 0x80 + 12, len(data), 2)
    symbols = bytes(36) + struct.pack("<I", 10) + b"_main\0"
    assert _end(bytes(data) + symbols) == len(data) + len(symbols)
    assert _end(bytes(data) + symbols + b"overlay") == len(data) + len(symbols)


def test_what_is_no_image_has_no_end() -> None:
    for data in (b"", b"MZ", b"MZ" + bytes(62), builders.pe()[:0x90], builders.elf()):
        assert _end(data) is None
    strange = bytearray(builders.pe())
    strange[0x98:0x9A] = b"\x07\x01"  # the magic of a ROM image
    assert _end(bytes(strange)) is None


def test_sections_stay_within_the_file() -> None:
    data = bytearray(builders.pe())
    struct.pack_into("<II", data, 0x80 + 24 + 224 + 16, 0xFFFFFFFF, 0xFFFFFF00)
    image = read_pe(memoryview(bytes(data)))
    assert image is not None
    assert image.end == len(data)
    assert [(part.start, part.end) for part in image.sections] == [(len(data), len(data))]


def test_exports() -> None:
    data = memoryview(exporting(b"xlAutoOpen"))
    image = read_pe(data)
    assert image is not None
    assert image.library
    assert image.exports(data, b"xlAutoOpen")
    assert not image.exports(data, b"xlAuto")
    bare = read_pe(memoryview(builders.pe()))
    assert bare is not None
    assert not bare.exports(memoryview(builders.pe()), b"xlAutoOpen")


def test_managed_code() -> None:
    image = read_pe(memoryview(managed()))
    assert image is not None
    assert (image.managed, image.bits) == (True, 64)
    native = read_pe(memoryview(builders.pe()))
    assert native is not None
    assert (native.managed, native.bits) == (False, 32)


@pytest.mark.parametrize(
    "kind, name, found",
    [
        (10, "Script", {"10", "10/SCRIPT"}),
        (10, 11111, {"10", "10/11111"}),
        (24, 1, {"24"}),
        ("DATA", 1, {"DATA"}),
    ],
)
def test_resources(kind: int | str, name: int | str, found: set[str]) -> None:
    data = memoryview(with_resource(kind, name))
    image = read_pe(data)
    assert image is not None
    assert image.resources(data) == found


def test_resources_without_end_are_bounded() -> None:
    tree = struct.pack("<12xHH", 0xFFFF, 0xFFFF) + struct.pack("<II", 10, 0x80000000) * 5000
    data = memoryview(pe_with(sections={b".rsrc": tree}, directories={2: (0x1000, len(tree))}))
    image = read_pe(data)
    assert image is not None
    assert image.resources(data) == {"10", "10/10"}


@given(st.integers(0, 1500), st.binary(min_size=1, max_size=40), st.integers(0, 2000))
def test_any_damage_is_survived(at: int, noise: bytes, cut: int) -> None:
    for whole in (with_resource(10, "SCRIPT"), exporting(b"a")):
        damaged = (whole[:at] + noise + whole[at + len(noise) :])[: len(whole) - cut]
        view = memoryview(damaged)
        image = read_pe(view)
        if image:
            assert 0 <= image.end <= len(damaged)
            image.resources(view)
            image.exports(view, b"a")


def test_real_programs_have_no_overlay() -> None:
    """The launchers that pip brings along, made by Microsoft's linker."""
    packages = Path(sysconfig.get_path("purelib"))
    programs = list((packages / "setuptools").glob("*.exe"))
    assert programs
    for program in programs:
        data = program.read_bytes()
        assert _end(data) == len(data), program.name
