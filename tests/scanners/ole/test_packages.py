"""Packages under all their names, and links of objects."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.office_parts import package
from scanners.ole.packages import (
    FILE_MONIKER,
    SCRIPT_MONIKERS,
    URL_MONIKER,
    link_finding,
    read_package,
)


def test_a_package_with_its_names() -> None:
    read = read_package(memoryview(package("invoice.exe", b"data")))
    assert bytes(read.data) == b"data"
    assert read.names == ("invoice.exe",)


def test_names_that_differ_are_all_kept_the_saved_one_first() -> None:
    path = b"C:\\a\\run.exe\0"
    native = b"\2\0shown.pdf\0" + path + b"\0\0\3\0"
    native += struct.pack("<I", len(b"C:\\t\\temp.scr\0")) + b"C:\\t\\temp.scr\0"
    native += struct.pack("<I", 4) + b"data"
    read = read_package(memoryview(struct.pack("<I", len(native)) + native))
    assert read.names == ("run.exe", "shown.pdf", "temp.scr")


def test_native_data_of_other_programs_has_no_names() -> None:
    stream = struct.pack("<I", 6) + b"\1\2\3\4\5\6"
    read = read_package(memoryview(stream))
    assert (bytes(read.data), read.names) == (b"\1\2\3\4\5\6", ())


@given(st.integers(0, 120), st.binary(max_size=8))
def test_damage_loses_no_more_than_it_broke(at: int, noise: bytes) -> None:
    stream = package("invoice.exe", b"data" * 5)
    damaged = stream[:at] + noise + stream[at + len(noise) :]
    assert len(read_package(memoryview(damaged)).data) <= len(damaged)
    read_package(memoryview(damaged[: at + 1]))


def url(target: str) -> bytes:
    text = target.encode("utf-16-le") + b"\0\0"
    return URL_MONIKER + struct.pack("<I", len(text)) + text


def file(target: str) -> bytes:
    return FILE_MONIKER + struct.pack("<HI", 0, len(target) + 1) + target.encode() + b"\0"


HEAD = struct.pack("<IIIII", 0x02000001, 1, 1, 0, 0)
CASES = {
    "to elsewhere": (HEAD + url("http://a.example/b.doc"), False),
    "to a page that scripts": (HEAD + url("http://a.example/b.hta"), False),
    "to a file": (HEAD + file("C:\\Reports\\table.xlsx"), True),
    "to a foreign share": (HEAD + file("\\\\10.1.2.3\\share\\table.xlsx"), False),
    "a script": (HEAD + SCRIPT_MONIKERS[0] + file("C:\\a.sct"), False),
    "embedded, not linked": (struct.pack("<II", 0x02000001, 0) + url("http://a.example/"), None),
    "nothing named": (HEAD, None),
    "cut": (HEAD[:6], None),
}


@pytest.mark.parametrize("stream, harmless", CASES.values(), ids=CASES)
def test_links(stream: bytes, harmless: bool | None) -> None:
    found = link_finding(memoryview(stream))
    assert (found.harmless if found else None) is harmless
