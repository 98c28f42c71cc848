"""Programs named like hosts, and pages, pictures and old programs that are not."""

import pytest

from samples import builders
from tests.scanners.disguise.conftest import TricksOf

PE, TEXT, JPEG = builders.pe(), b"plain text\n", builders.jpeg()
BINARY, DOS_COM = b"\x93\x81\x01\x99" * 9, b"\xb4\x09\xba\x0b\x01\xcd\x21\xc3"
HOST, DOUBLE = "disguise.host_name", "disguise.double_extension"
CASES = [
    ("www.example.com", PE, {HOST}),
    ("www.example.com", BINARY, {HOST}),
    ("www.example.com", DOS_COM, {HOST}),
    ("www.example.com", None, {HOST}),
    ("gift.com", PE, {HOST}),
    ("photo.jpg.com", PE, {DOUBLE, HOST}),
    ("www.example.net", PE, {HOST}),
    ("picture-www.example.com", PE, {HOST}),
    ("photo18.JPG_www.example.com", PE, {HOST}),
    ("May09-Picture18.JPG_www.facebook.com", None, {HOST}),
    ("Picture18.JPG www.facebook.com", PE, {HOST}),
    ("Picture18.JPG-www.facebook.scr", None, {HOST}),
    ("www.facebook.com.exe", PE, {HOST}),
    ("album_www.facebook.com.pif", None, {HOST}),
    # ordinary
    ("www.example.com", TEXT, set()),
    ("www.example.com", JPEG, set()),
    ("www.example.com", b"", set()),
    ("www.example.com", BINARY + bytes(70_000), set()),
    ("KEEN.COM", DOS_COM, set()),
    ("command.com", None, set()),
    ("photo.jpg_www.example.org", JPEG, set()),
    ("www.setup.exe", PE, set()),
    ("www.example.com.url", TEXT, set()),
    ("www.example.com.zip", TEXT, set()),
    ("example.net", PE, set()),
]


@pytest.mark.parametrize("name, data, expected", CASES, ids=lambda case: ascii(case)[:60])
def test_hosts(tricks_of: TricksOf, name: str, data: bytes | None, expected: set[str]) -> None:
    assert tricks_of(name, data) == expected
