"""True type: what bytes are, with near misses for every structure check."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.base import Bench
from scanners.model import Family
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable, read_type_table
from tests.scanners.types import texts

RULES = Path(__file__).parents[3] / "rules"
DOS = b"MZ" + struct.pack("<4H", 64, 1, 0, 4) + bytes(60)
ELF_IN_TEXT = b"The ELF header starts with 0x7f.\n"
TYPES = {
    "pe": (builders.pe(), "pe"),
    "dll": (builders.pe(dll=True), "pe"),
    "dos program": (DOS, "dos"),
    "cut behind its DOS header": (DOS[:60] + b"\xff\xff\xff\x7f", "dos"),
    "MZ by chance": (b"MZ" + b"\x93\x81\x01\x99" * 50, "unknown"),
    "MZ in a name": (b"MZoltan wrote a letter.\n", "text"),
    "word, before OLE": (b"\xdb\xa5-\0\0\0" + bytes(60), "ole"),
    "elf": (builders.elf(), "elf"),
    "text about elf": (ELF_IN_TEXT, "text"),
    "macho": (builders.macho(), "macho"),
    "fat macho": (builders.fat_macho(), "macho"),
    "java class": (builders.java_class(), "java_class"),
    "oldest java class": (b"\xca\xfe\xba\xbe\0\x03\0\x2d" + bytes(20), "java_class"),
    "script": (builders.script(), "script"),
    "script behind a mark": (b"\xef\xbb\xbf#!/bin/sh\necho\n", "script"),
    "markdown": (b"#!important\n", "text"),
    "lnk": (builders.lnk(), "lnk"),
    "msi": (builders.msi(), "msi"),
    "word": (builders.word(), "ole"),
    "zip": (builders.zip_of({"a.txt": b"a"}), "zip"),
    "empty zip": (builders.zip_of({}), "zip"),
    "zip without end": (b"PK\x03\x04" + bytes(40), "zip"),
    "docx": (builders.zip_of({"[Content_Types].xml": b"<x/>", "word/a.xml": b""}), "ooxml"),
    "odt": (
        builders.zip_of(
            {"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}, method=builders.STORED
        ),
        "odf",
    ),
    "jar": (builders.zip_of({"META-INF/MANIFEST.MF": b"", "A.class": b""}), "jar"),
    "jar, manifest last": (
        builders.zip_of({"A.class": b"", "B.class": b"", "META-INF/MANIFEST.MF": b""}),
        "jar",
    ),
    "manifest among other files": (
        builders.zip_of({"a": b"", "b": b"", "META-INF/MANIFEST.MF": b""}),
        "zip",
    ),
    "apk": (builders.zip_of({"AndroidManifest.xml": b"", "classes.dex": b""}), "apk"),
    "gzip": (builders.gzip(b"a"), "gzip"),
    "7z": (builders.empty_7z(), "7z"),
    "rar": (builders.empty_rar(), "rar"),
    "tar": (builders.tar_of({"a": b"b"}), "tar"),
    "iso": (bytes(32769) + b"CD001" + bytes(2048), "iso"),
    "cabinet, reserved bytes used": (b"MSCF\1\0\0\0" + bytes(16) + b"\3\1" + bytes(20), "cab"),
    "jpeg": (builders.jpeg(), "jpeg"),
    "png": (builders.png(), "png"),
    "gif": (builders.gif(), "gif"),
    "bmp": (builders.bmp(), "bmp"),
    "BM in a text": (b"BMW is a car.\n", "text"),
    "pdf": (builders.pdf(), "pdf"),
    "rtf": (builders.rtf(), "rtf"),
    "wav": (builders.wav(), "wav"),
    "mp4": (builders.mp4(), "mp4"),
    "html": (builders.html(), "html"),
    "html with a drawing": (b"<!DOCTYPE html><body><svg></svg>", "html"),
    "svg": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "svg"),
    "xml": (b'<?xml version="1.0"?><rss/>', "xml"),
    "json": (b'{"a": 1}', "json"),
    "braces": (b"{ not json", "text"),
    "text": (b"Plain words.\n", "text"),
    "mail": (b"Received: by x\n\tid 1\nFrom: a\nTo: b\n\nHi\n", "mail"),
    "mail with CRLF": (b"From: a\r\nSubject: b\r\nMIME-Version: 1.0\r\n\r\nHi\r\n", "mail"),
    "page as one file": (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "mail"),
    "head of an answer": (b"Content-Type: a/b\nDate: today\nServer: x\n\n", "text"),
    "mailbox": (b"From a Mon\nFrom: a\nMessage-ID: <b>\n\nHi\n", "mail"),
    "letter": (b"From: a\nTo: b\nSubject: c\n\nHi\n", "text"),
    "head of HTTP": (b"Date: today\nServer: x\nContent-Type: text/html\n\n", "text"),
    "settings": (b"from: a\nreply-to: b\n", "text"),
    "utf-8": ("Grüße, 你好, مرحبا\n".encode(), "text"),
    "utf-8 cut in a letter": (("a" + "é" * 5000).encode(), "text"),
    "utf-16": ("Grüße\n".encode("utf-16"), "text"),
    "empty": (b"", "empty"),
    "what libmagic takes for a DOS program": (b"\xb4\x09\xba\x0b\x01\xcd\x21\xc3", "unknown"),
    "Korean text, the same": ("\ub611\ubc29\uac01\ud558".encode("cp949") * 9, "text"),
}


@pytest.mark.parametrize("data, name", TYPES.values(), ids=TYPES)
def test_type(bench: Bench, data: bytes, name: str) -> None:
    assert bench.identify(memoryview(data)).name == name


def test_kind(bench: Bench) -> None:
    """The finer words; each file of scanners/types has its own table of them."""
    found = bench.identify(memoryview(builders.pe(dll=True)))
    assert (found.name, found.family, found.kind) == ("pe", Family.PROGRAM, "dll gui 32bit")
    assert bench.identify(memoryview(builders.jpeg())).kind == ""


def _patterns() -> list[tuple[str, int]]:
    table = read_type_table(RULES / "types.toml")
    return [
        (name, number)
        for name, known in table.types.items()
        for number, _ in enumerate(known.patterns)
    ]


@pytest.mark.parametrize("name, number", _patterns())
def test_every_pattern_is_found(table: TypeTable, name: str, number: int) -> None:
    """No pattern of the table hides behind another, whatever stands between its bytes."""
    data = bytearray(b"\x07" * 40_000)
    for at, wanted in table.types[name].patterns[number]:
        data[at : at + len(wanted)] = wanted
    found = TypeScanner(table).recognise(memoryview(bytes(data)))
    assert found is not None
    assert found.name == name


def test_old_encodings_need_no_libmagic(bench: Bench) -> None:
    """libmagic takes 1 ms for them, and at times a letter for a program."""
    for encoding in ("cp1251", "koi8-r", "cp866"):
        assert bench.identify(memoryview(("Привет, мир. " * 9).encode(encoding))).name == "text"


def test_libmagic_names_the_rest(bench: Bench) -> None:
    """A format of no structure check keeps libmagic's word and the family of its tree."""
    icon = struct.pack("<3H4B2H2I", 0, 1, 1, 16, 16, 0, 0, 1, 32, 40, 22) + bytes(40)
    found = bench.identify(memoryview(icon))
    assert (found.name, found.family) == ("ico", Family.IMAGE)
    assert bench.identify(memoryview(b"\x93\x81\x01\x99" * 50)).name == "unknown"
    for mark in (b"\xc7\x71", b"\x1f\x8b", b"\x1f\x9d"):
        noise = mark + b"\x93\x81\x01\x00" * 50
        assert bench.identify(memoryview(noise)).name == "unknown", "libmagic goes by two bytes"


@given(st.binary(max_size=300))
def test_any_bytes_have_a_type(bench: Bench, data: bytes) -> None:
    assert bench.identify(memoryview(data)).mime.count("/") == 1


WHOLE = [
    case[0] for case in (*TYPES.values(), *texts.SCRIPTS.values(), *texts.SHELL_FILES.values())
]


@given(st.sampled_from(WHOLE), st.data())
def test_damaged_files_have_a_type(bench: Bench, data: bytes, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(0, len(data)))
    noise = draw.draw(st.binary(max_size=40))
    assert bench.identify(memoryview(data[:cut] + noise + data[cut + len(noise) :])).name


def test_recognising_asks_no_libmagic(table: TypeTable) -> None:
    scanner = TypeScanner(table)
    for data, name in ((builders.pe(), "pe"), (b"text\n", "text"), (b"", "empty")):
        known = scanner.recognise(memoryview(data))
        assert known is not None
        assert known.name == name
    assert scanner.recognise(memoryview(b"\x81\x93" * 50)) is None, "may be some old text"
