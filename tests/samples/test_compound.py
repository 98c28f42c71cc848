"""Compound files are what libmagic says, and hold their streams where the table says."""

import struct

import magic
import pytest

from samples.compound import MSI_CLASS, msi, ole, word


def mime(data: bytes) -> str:
    return str(magic.Magic(mime=True).from_buffer(data))


def test_libmagic_agrees() -> None:
    assert mime(msi()) == "application/x-msi"
    assert mime(word()) == "application/msword"
    assert mime(ole()) == "application/x-ole-storage"


def test_the_root_carries_the_class() -> None:
    assert msi()[1024 + 80 : 1024 + 96] == MSI_CLASS


def test_streams_follow_the_chain_of_sectors() -> None:
    data = ole({"Second": b"s" * 5000, "First": b"f"})
    table = struct.unpack_from("<128I", data, 512)
    found = {}
    for number in (1, 2):
        entry = data[1024 + 128 * number :][:128]
        (length,) = struct.unpack_from("<H", entry, 64)
        sector, size = struct.unpack_from("<IQ", entry, 116)
        body = b""
        while sector != 0xFFFFFFFE:
            body += data[512 * (sector + 1) :][:512]
            sector = table[sector]
        assert size == len(body)
        found[entry[: length - 2].decode("utf-16-le")] = body
    assert found == {"First": b"f".ljust(4096, b"\0"), "Second": (b"s" * 5000).ljust(5120, b"\0")}


def test_too_much_is_refused() -> None:
    with pytest.raises(ValueError, match="more than one sector"):
        ole({"big": bytes(100_000)})
