"""OLE compound files: told by class ids and streams, damaged ones by what is left."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.ole.directory import compound_type, is_installer

TABLE = "\u4840\u3f7f\u4164"
PATCH = bytes.fromhex("86100c0000000000c000000000000046")
POWERPOINT = bytes.fromhex("108d81649b4fcf1186ea00aa00b929e8")


def _ole(*names: str, clsid: bytes = bytes(16)) -> bytes:
    return builders.ole(dict.fromkeys(names, b""), clsid=clsid)


CASES = {
    "msi": (builders.msi(), "msi", "package"),
    "class id of an installer alone": (_ole(clsid=builders.MSI_CLASS), "msi", "package"),
    "tables without class id": (_ole(TABLE), "msi", "package"),
    "patch": (_ole(clsid=PATCH), "msi", "patch"),
    "patch with tables": (_ole(TABLE, clsid=PATCH), "msi", "patch"),
    "word": (builders.word(), "ole", "word"),
    "class id of word alone": (_ole(clsid=builders.WORD_CLASS), "ole", "word"),
    "excel": (_ole("Workbook"), "ole", "excel"),
    "old excel": (_ole("Book"), "ole", "excel"),
    "excel in capitals, with macros": (_ole("WORKBOOK", "_VBA_PROJECT"), "ole", "excel macros"),
    "powerpoint": (_ole("PowerPoint Document", clsid=POWERPOINT), "ole", "powerpoint"),
    "visio": (_ole("VisioDocument"), "ole", "visio"),
    "publisher": (_ole("Quill", "Contents"), "ole", "publisher"),
    "project": (_ole("   114", "Props14"), "ole", "project"),
    "message": (_ole("__properties_version1.0", "__nameid_version1.0"), "ole", "msg"),
    "hwp": (_ole("FileHeader", "\x05HwpSummaryInformation"), "ole", "hwp"),
    "thumbnails": (_ole("Catalog", "1"), "ole", "thumbs"),
    "jump list": (_ole("DestList", "1"), "ole", "jumplist"),
    "encrypted": (_ole("EncryptedPackage", "EncryptionInfo"), "ole", "encrypted"),
    "rights managed": (_ole("\tDRMContent"), "ole", "encrypted"),
    "word with a package": (
        _ole("WordDocument", "\x01Ole10Native", clsid=builders.WORD_CLASS),
        "ole",
        "word package",
    ),
    "word by class, excel by stream": (
        _ole("Workbook", clsid=builders.WORD_CLASS),
        "ole",
        "word excel",
    ),
    "equation": (_ole("Equation Native"), "ole", "equation"),
    "nothing in it": (_ole(), "ole", ""),
    "signature alone": (builders.msi()[:8], "ole", ""),
    "no sector size that exists": (
        builders.msi()[:30] + b"\xff\xff" + builders.msi()[32:],
        "ole",
        "",
    ),
    "directory out of the file": (
        builders.msi()[:48] + b"\xf0\xff\0\0" + builders.msi()[52:],
        "ole",
        "",
    ),
}


@pytest.mark.parametrize("data, name, kind", CASES.values(), ids=CASES)
def test_kinds(data: bytes, name: str, kind: str) -> None:
    assert compound_type(memoryview(data)) == (name, kind)
    assert is_installer(memoryview(data)) is (name == "msi")


def test_unused_entries_do_not_count() -> None:
    data = _ole("Workbook")
    at = data.index("Workbook".encode("utf-16-le"))
    assert compound_type(memoryview(data[: at + 66] + b"\0" + data[at + 67 :])) == ("ole", "")


def test_follows_the_chain_of_directory_sectors() -> None:
    """More streams than one sector has room for, the table among the last."""
    streams = {f"stream {number}": b"" for number in range(12)}
    assert not is_installer(memoryview(builders.ole(streams)))
    assert is_installer(memoryview(builders.ole({**streams, TABLE: b""})))


def test_follows_the_list_of_tables_beyond_the_header() -> None:
    """A directory whose second sector lies more than 109 tables of 128 sectors into the file."""
    far = 109 * 128 + 5
    data = bytearray((far + 2) * 512)
    data[:512] = builders.ole()[:512]
    struct.pack_into("<I", data, 48, far - 1)  # where the directory begins
    struct.pack_into("<II", data, 68, 1, 1)  # one sector with more of the list: sector 1
    struct.pack_into("<I", data, 2 * 512, 3)  # the 110th table is in sector 3
    struct.pack_into("<I", data, 4 * 512 + 4 * 4, far)  # and leads on
    data[(far + 1) * 512 : (far + 2) * 512] = builders.msi()[1024:1536]
    assert is_installer(memoryview(bytes(data)))


def test_a_chain_in_a_circle_ends() -> None:
    data = bytearray(builders.word())
    struct.pack_into("<I", data, 512 + 4, 1)
    assert compound_type(memoryview(bytes(data))) == ("ole", "word")


@given(st.integers(0, 1600), st.binary(min_size=1, max_size=64))
def test_any_damage_is_survived(at: int, noise: bytes) -> None:
    data = builders.msi()
    compound_type(memoryview(data[:at] + noise + data[at + len(noise) :]))
