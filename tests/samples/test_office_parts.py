"""Parts of documents: as other readers of the same formats see them."""

import io
import struct
import zipfile
import zlib

from samples import office_parts as o


def test_package_holds_name_and_data() -> None:
    stream = o.package("a.exe", b"data")
    assert struct.unpack_from("<I", stream) == (len(stream) - 4,)
    assert b"\2\0a.exe\0C:\\Users\\Public\\a.exe\0" in stream
    assert struct.pack("<I", 4) + b"data" in stream
    assert "a.exe".encode("utf-16-le") in stream


def test_records_of_a_workbook_follow_one_another() -> None:
    stream, at, kinds = o.macro_workbook(o.exec_formula("calc")), 0, []
    while at < len(stream) and stream[at : at + 4] != bytes(4):
        kind, size = struct.unpack_from("<HH", stream, at)
        kinds.append(kind)
        at += 4 + size
    assert kinds == [0x809, 0x85, 0x18, 0x0A, 0x809, 0x06, 0x0A]
    assert 0x18 not in o.macro_workbook(b"", auto=0)[:60]


def test_presentation() -> None:
    stream = o.presentation(b"storage")
    assert zlib.decompressobj().decompress(stream[stream.index(b"\x78\x9c") :]) == b"storage"
    assert b"storage" in o.presentation(b"storage", compressed=False)


def test_active_mime() -> None:
    assert zlib.decompress(o.active_mime(b"data")[0x32:]) == b"data"


def test_tnef_sums_up_its_attributes() -> None:
    data, at, kinds = o.tnef([("a.txt", b"data")]), 6, []
    while at < len(data):
        _, kind, size = struct.unpack_from("<BII", data, at)
        body = data[at + 9 : at + 9 + size]
        (checksum,) = struct.unpack_from("<H", data, at + 9 + size)
        assert checksum == sum(body) & 0xFFFF
        kinds.append(kind)
        at += 11 + size
    assert kinds == [0x89006, 0x69002, 0x18010, 0x6800F]


def test_office_xml_is_an_archive_with_types() -> None:
    with zipfile.ZipFile(io.BytesIO(o.office_xml({"a.xml": o.word_text(o.field("A", "B"))}))) as z:
        assert z.namelist() == ["[Content_Types].xml", "a.xml"]
        assert z.read("a.xml").count(b"instrText>") == 4


def test_relations() -> None:
    part = o.relations([("image", "http://a.example/b.png")])
    assert part.count(b'TargetMode="External"') == 1
    assert b'relationships/image" Target="http://a.example/b.png"' in part
