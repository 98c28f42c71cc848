"""Archives behind other bytes: told by checksums and by sizes that fit."""

import struct
import zlib

import pytest

from samples import builders as b
from scanners.kit import Kit
from scanners.model import Content
from scanners.sevenzip.locate import SELF_EXTRACTOR
from scanners.smuggling.archives import (
    archive_at,
    is_opened_elsewhere,
    starts_as_zip,
    zip_at_end,
)
from scanners.smuggling.sightings import Sighting

ZIP = b.zip_of({"a.txt": b"a"})
MAIN = struct.pack("<BHH6x", 0x73, 0, 13)
RAR4 = b"Rar!\x1a\x07\0" + struct.pack("<H", zlib.crc32(MAIN) & 0xFFFF) + MAIN
ARCHIVES = {"7z": b.empty_7z(), "rar": b.empty_rar(), "rar 4": RAR4}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_a_header_whose_checksum_fits(kind: str) -> None:
    data = ARCHIVES[kind]
    sighting = Sighting(kind.split(maxsplit=1)[0], 3)
    assert archive_at(memoryview(b"xyz" + data), sighting)
    broken = bytearray(data)
    broken[9] ^= 1
    assert not archive_at(memoryview(b"xyz" + broken), sighting)
    assert not archive_at(memoryview(b"xyz" + data[:8]), sighting)


def test_a_cabinet_has_to_add_up() -> None:
    head = struct.pack("<4s5I2B2H", b"MSCF", 0, 80, 0, 44, 0, 3, 1, 1, 1).ljust(80, b"\0")
    assert archive_at(memoryview(head), Sighting("cab", 0))
    assert not archive_at(memoryview(head[:79]), Sighting("cab", 0))
    assert not archive_at(memoryview(head[:26] + b"\0\0" + head[28:]), Sighting("cab", 0))


def test_a_zip_at_the_end() -> None:
    assert zip_at_end(memoryview(b.gif() + ZIP)) is not None
    assert zip_at_end(memoryview(b.gif() + ZIP + b"x")) is None
    assert zip_at_end(memoryview(b.gif() + b.zip_of({}))) is None
    assert starts_as_zip(memoryview(ZIP))
    assert not starts_as_zip(memoryview(b.gif() + ZIP))


@pytest.mark.parametrize("kind", ARCHIVES)
def test_the_scanners_of_rar_and_7z_open_the_first_themselves(kit: Kit, kind: str) -> None:
    def opened(before: bytes, at: int) -> bool:
        view = memoryview(before + ARCHIVES[kind] + b"between" + ARCHIVES[kind])
        content = Content(view, file_type=kit.identify(view))
        return is_opened_elsewhere(content, kind.split(maxsplit=1)[0], at)

    start = len(b.pe())
    assert opened(b.pe(), start)
    assert not opened(b.pe(), start + len(ARCHIVES[kind]) + len(b"between"))
    assert not opened(b.pdf(), len(b.pdf()))
    assert not opened(b.pe(size=SELF_EXTRACTOR), SELF_EXTRACTOR + 512)
