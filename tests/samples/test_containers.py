"""Containers are what libmagic says, and other readers find in them what was put in."""

import email.message
import email.parser
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import brotli
import magic
import pytest
import zstandard

from samples import containers as c

FILES = {"a.txt": b"Plain text.\n" * 20, "folder/ü.bin": bytes(range(256))}
TYPES = [
    (lambda: c.zip_of(FILES), "application/zip"),
    (lambda: c.zip_of({}), "application/zip"),
    (lambda: c.encrypted_zip(FILES), "application/zip"),
    (lambda: c.tar_of(FILES), "application/x-tar"),
    (c.empty_7z, "application/x-7z-compressed"),
    (c.empty_rar, "application/x-rar"),
    (lambda: c.gzip(b"x"), "application/gzip"),
    (lambda: c.zstd(b"x"), "application/zstd"),
]
UNDO: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "raw-deflate": lambda data: zlib.decompress(data, wbits=-15),
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data),
}


@pytest.mark.parametrize("build, mime", TYPES)
def test_libmagic_agrees(build: Callable[[], bytes], mime: str) -> None:
    assert magic.Magic(mime=True).from_buffer(build()) == mime


@pytest.mark.parametrize("method", [c.ZSTD, c.XZ])
def test_newer_methods_are_labelled(method: int) -> None:
    data = c.zip_of({"a.txt": FILES["a.txt"]}, method=method)
    (entry,) = zipfile.ZipFile(io.BytesIO(data)).infolist()
    assert (entry.compress_type, entry.file_size) == (method, len(FILES["a.txt"]))
    body = data[30 + len("a.txt") :][: entry.compress_size]
    undo = UNDO["zstd"] if method == c.ZSTD else lzma.decompress
    assert undo(body) == FILES["a.txt"]


@pytest.mark.parametrize("method", [c.STORED, c.DEFLATED, c.BZIP2, c.LZMA])
def test_zip_members_come_out(method: int) -> None:
    archive = zipfile.ZipFile(io.BytesIO(c.zip_of(FILES, method=method)))
    assert {name: archive.read(name) for name in archive.namelist()} == FILES
    assert {entry.compress_type for entry in archive.infolist()} == {method}


def test_a_zip_can_lie_about_a_name() -> None:
    data = c.zip_archive([c.ZipMember("a.txt", b"text", central_name="a.exe")])
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.namelist() == ["a.exe"]
    with pytest.raises(zipfile.BadZipFile, match="differ"):
        archive.read("a.exe")


def test_tar_members_come_out() -> None:
    with tarfile.open(fileobj=io.BytesIO(c.tar_of({"a.txt": b"text"}))) as archive:
        member = archive.extractfile("a.txt")
        assert member is not None
        assert member.read() == b"text"


def test_forms_are_read_by_the_standard_library() -> None:
    body = c.multipart(
        [
            c.Part("comment", b"hello"),
            c.Part("file", b"\0\1", "photo.jpg", "image/jpeg", "binary"),
        ],
        "cut",
    )
    head = b"Content-Type: multipart/form-data; boundary=cut\r\n\r\n"
    message = email.parser.BytesParser().parsebytes(head + body)
    parts = message.get_payload()
    assert isinstance(parts, list)
    first, second = parts
    assert isinstance(first, email.message.Message)
    assert isinstance(second, email.message.Message)
    assert first.get_payload(decode=True) == b"hello"
    assert second.get_filename() == "photo.jpg"
    assert second.get_content_type() == "image/jpeg"
    assert second.get_payload(decode=True) == b"\0\1"


@pytest.mark.parametrize("name", c.CODERS)
def test_codings_can_be_undone(name: str) -> None:
    _, coder = c.CODERS[name]
    assert UNDO[name](coder(FILES["a.txt"])) == FILES["a.txt"]


def test_gzip_never_changes() -> None:
    assert c.gzip(b"x")[4:8] == b"\0\0\0\0"
