"""Compiled code against source: what one has and the other lacks."""

import struct

import pytest

from scanners.ole.vba_compiled import compiled_lines, identifiers, stomped
from scanners.ole.vba_project import Module, Project

HEAD = b'Attribute VB_Name = "M"\r\n'


BLANK_LINE = bytes.fromhex("0080090000000000ffffffff")


def cache(lines: int, *, blank: int = 0, rest: bytes = b"\xff\xff\xff\xff") -> bytes:
    table = BLANK_LINE * blank + bytes(12 * lines)
    return b"\x01\x16" * 20 + b"\xfe\xca\1\0" + struct.pack("<H", blank + lines) + table + rest


def project(source: bytes, compiled: bytes, table: bytes = b"") -> Project:
    module = Module("M", source, memoryview(compiled))
    return Project((module,), memoryview(table), broken=False)


def entry(name: bytes, *, long: bool = False) -> bytes:
    """One name of the table, its hash beginning with a letter as one in four does."""
    return (
        bytes([len(name)]) + (b"\x84\x08\0\xff\3\xff\xff" if long else b"\x04") + name + b"0t\x10\0"
    )


HONEST = HEAD + b"Sub AutoOpen()\r\n  MsgBox 1\r\nEnd Sub\r\n"
CASES = {
    "honest": (HONEST, cache(3), entry(b"AutoOpen"), ""),
    "a class without code": (HEAD, cache(0), entry(b"Workbook"), ""),
    "a class with blank lines": (HEAD + b"\r\n" * 4, cache(0, blank=4), b"", ""),
    "source of blank lines": (HEAD + b"\r\n" * 4, cache(1, blank=4), b"", "1 compiled lines"),
    "no cache": (HONEST, b"", entry(b"Document_Open"), ""),
    "a few lines more": (HONEST, cache(6), b"", ""),
    "source wiped": (b"", cache(3), b"", "no source"),
    "source of attributes only": (HEAD, cache(3), b"", "no source"),
    "source of zeros": (HEAD + bytes(40), cache(3), b"", "no source"),
    "source shortened": (HEAD + b"Sub a()\r\n", cache(40), b"", "40 compiled lines"),
    "another source": (HONEST, cache(4), entry(b"Document_Open"), "Document_Open"),
    "another source, long entry": (HONEST, cache(4), entry(b"AutoExec", long=True), "AutoExec"),
    "a longer name": (HONEST, cache(4), entry(b"Document_OpenAll"), ""),
}  # fmt: skip


@pytest.mark.parametrize("source, compiled, table, said", CASES.values(), ids=CASES)
def test_stomped(source: bytes, compiled: bytes, table: bytes, said: str) -> None:
    found = stomped(project(source, compiled, table))
    assert bool(found) is bool(said)
    assert said in found


def test_lines_are_counted_only_where_the_table_fits() -> None:
    assert compiled_lines(memoryview(cache(7))) == 7
    assert compiled_lines(memoryview(cache(7, blank=2))) == 7
    assert compiled_lines(memoryview(cache(7, rest=b"\0\0\0\0"))) == 0
    assert compiled_lines(memoryview(cache(7)[:-1])) == 0
    assert compiled_lines(memoryview(b"\xfe\xca\1\0")) == 0


def test_identifiers() -> None:
    table = (
        entry(b"Sheet1") + entry(b"auto_open") + b"AutoOpen" + entry(b"Workbook_Open", long=True)
    )
    assert list(identifiers(table)) == [b"auto_open", b"Workbook_Open"]
