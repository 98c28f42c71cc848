"""Which contents are searched, and for what."""

import pytest

from samples import builders as b
from scanners.base import Bench
from scanners.model import Content, FileType
from scanners.smuggling.hosts import Host, begins_as_page, host_of, is_message, is_taken_apart
from scanners.types.table import TypeTable

EVERYTHING = Host(programs=True, archives=True, tags=True)
HOSTS = [
    (b.jpeg(), EVERYTHING),
    (b.mp4(), EVERYTHING),
    (b.pdf(), Host(programs=True, archives=True)),
    (b.rtf(), Host(programs=True)),
    (b.word(), Host(programs=True)),
    (b.lnk(), Host(tags=True)),
    (b"\x93\x81\x01\x99" * 99, Host(programs=True, archives=True, vague=True)),
    (b.html(), Host()),
    (b.html() + bytes(9), Host(programs=True)),
    (b"Plain text.\n" * 9, Host()),
    (b.pe(), Host()),
    (b.zip_of({"a": b"a"}), Host()),
    (b.zip_of({"[Content_Types].xml": b"", "word/document.xml": b""}), Host()),
    (b.gzip(b"a"), Host()),
]


@pytest.mark.parametrize("data, host", HOSTS, ids=lambda value: str(value)[:20])
def test_hosts(bench: Bench, data: bytes, host: Host) -> None:
    view = memoryview(data)
    assert host_of(Content(view, file_type=bench.identify(view))) == host


@pytest.mark.parametrize("kind, vague", [("word", False), ("msg word", True), ("", True)])
def test_compound_files_are_not_all_documents(*, table: TypeTable, kind: str, vague: bool) -> None:
    ole = table.named("ole")
    content = Content(memoryview(b.word()), file_type=FileType("ole", ole.mime, ole.family, kind))
    assert host_of(content) == Host(programs=True, vague=vague)


def test_messages_and_pages() -> None:
    for text in (
        b"--x\r\n",
        b"HTTP/1.1 200 OK\r\n",
        b"POST / HTTP/1.1\r\n",
        b"A: b\nContent-Type: c",
    ):
        assert is_message(memoryview(text))
    for text in (b"-----BEGIN CERTIFICATE-----", b"Content", b""):
        assert not is_message(memoryview(text))
    assert begins_as_page(memoryview(b"\xef\xbb\xbf \n<!DOCTYPE html>"))
    assert not begins_as_page(memoryview(b"<nothing>"))


def test_what_other_scanners_take_apart() -> None:
    view = memoryview(b"x")
    assert is_taken_apart(Content(view, codings=("gzip",)))
    assert is_taken_apart(Content(view, declared_type="multipart/mixed"))
    assert is_taken_apart(Content(view, declared_type="message/rfc822"))
    assert not is_taken_apart(Content(view, declared_type="image/png"))
