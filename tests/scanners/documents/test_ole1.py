"""OLE 1.0 objects and packages are read as far as they go; other bytes are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.rtf import ole1, ole1_link, package
from scanners.documents.ole1 import Embedding, Package, read_embedding, read_package


def test_embedded_and_linked_objects() -> None:
    assert read_embedding(ole1(b"Word.Document.8", b"data") + b"more") == Embedding(
        False, "Word.Document.8", "", "", b"data"
    )
    link = ole1_link(b"Excel", b"C:\\a.xls")
    assert read_embedding(link) == Embedding(True, "Excel", "C:\\a.xls", "", b"")


def test_versions_do_not_matter_and_cut_data_is_kept() -> None:
    data = b"\xff\xff\xff\xff" + ole1(b"Package", b"data")[4:-2]
    found = read_embedding(data)
    assert found is not None
    assert found.data == b"da"


@pytest.mark.parametrize(
    "data",
    [b"", b"\1\5\0\0\2\0\0", b"\1\5\0\0\3\0\0\0" + bytes(20), b"\1\5\0\0\2\0\0\0\xff\xff\0\0abc"],
)
def test_other_bytes_are_no_object(data: bytes) -> None:
    assert read_embedding(data) is None


def test_packages() -> None:
    found = read_package(package(b"a.exe", b"data"))
    assert found == Package("a.exe", "C:\\Users\\ada\\a.exe", b"data")
    linked = b"\2\0a.exe\0C:\\a.exe\0\0\0\1\0"
    assert read_package(linked) == Package("a.exe", "C:\\a.exe", b"")
    assert read_package(b"\2\0a.exe") is None
    assert read_package(b"\2\0a\0b\0\0\0\3\0\xff") is None


@given(st.binary(max_size=300))
def test_any_bytes_raise_nothing(data: bytes) -> None:
    read_package(data)
    read_embedding(b"\1\5\0\0\2\0\0\0" + data)
