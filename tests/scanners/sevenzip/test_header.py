"""Headers of 7z: what they list, and every way in which they break off."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samples.sevenzip_archives import SevenZipFile, numbers, sevenzip, start_header
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge, TooManyMembers
from scanners.sevenzip.header import Locked, is_start, read, unlock, unpack_header
from scanners.sevenzip.records import Archive
from scanners.sevenzip.unpack import Source

MakeBudget = Callable[..., Budget]
TEXT = b"Plain text.\n" * 20
FILES = [
    SevenZipFile("a.txt", TEXT),
    SevenZipFile("d/", b""),
    SevenZipFile("ü", b""),
    SevenZipFile("l", b"../x", target=True),
]


@pytest.fixture(scope="module")
def listing(new_budget: MakeBudget) -> Callable[..., Archive | Locked]:
    def call(data: bytes, password: str | None = None) -> Archive | Locked:
        return read(Source(memoryview(data), new_budget()), 0, password)

    return call


Read = Callable[..., Archive | Locked]


@pytest.mark.parametrize("packed", [True, False])
def test_members(listing: Read, packed: bool) -> None:
    data = sevenzip(FILES, packed=packed)
    archive = listing(data + b"behind")
    assert isinstance(archive, Archive)
    assert (archive.start, archive.end) == (0, len(data))
    assert [(m.name, m.folder, m.is_directory, m.is_link) for m in archive.members] == [
        ("a.txt", 0, False, False),
        ("d", None, True, False),
        ("ü", None, False, False),
        ("l", 1, False, True),
    ]


def test_nothing(listing: Read) -> None:
    archive = listing(start_header(0, b""))
    assert isinstance(archive, Archive)
    assert (archive.members, archive.end) == ((), 32)


def test_encrypted_header(new_budget: MakeBudget) -> None:
    data = sevenzip(FILES, opened_by="infected")
    source = Source(memoryview(data), new_budget())
    locked = read(source, 0)
    assert isinstance(locked, Locked)
    assert locked.end == len(data)
    assert len(unlock(source, 0, "infected").members) == 4
    assert unpack_header(source, locked.streams, "infected").startswith(b"\1\4")
    with pytest.raises(ContentMalformed):
        unlock(source, 0, "wrong")


def test_of_7_zip(listing: Read, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(TEXT)
    (tmp_path / "empty").mkdir()
    subprocess.run(["7zz", "a", "a.7z", "."], cwd=tmp_path, capture_output=True, check=True)
    archive = listing((tmp_path / "a.7z").read_bytes())
    assert isinstance(archive, Archive)
    assert {(m.name, m.folder, m.part) for m in archive.members} == {
        ("empty", None, 0),
        ("a.txt", 0, 0),
        ("b.txt", 0, 1),
    }


def of(header: bytes) -> bytes:
    return start_header(0, header) + header


def names(*texts: str) -> bytes:
    packed = b"\0" + b"".join(text.encode("utf-16-le") + bytes(2) for text in texts)
    return numbers(17, len(packed)) + packed


EMPTY = numbers(14, 1) + b"\xff"
WHOLE = sevenzip(FILES)
BROKEN = {
    "start": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24)[:-4] + b"\1\0\0\0",
    "cut start": WHOLE[:31],
    "another version": WHOLE[:6] + b"\1" + WHOLE[7:],
    "cut": WHOLE[:-1],
    "checksum": WHOLE[:-1] + b"\xff",
    "endless": start_header(2**63, b"x"),
    "unknown header": of(b"\x63"),
    "unknown part": of(b"\1\x63"),
    "files without names": of(b"\1" + numbers(5, 1) + EMPTY + b"\0\0"),
    "two names for one file": of(b"\1" + numbers(5, 1) + EMPTY + names("a", "b") + b"\0\0"),
    "names elsewhere": of(b"\1" + numbers(5, 1, 17, 1) + b"\1\0\0"),
    "a name without end": of(b"\1" + numbers(5, 1) + EMPTY + numbers(17, 3) + b"\0a\0\0\0"),
    "attributes elsewhere": of(
        b"\1" + numbers(5, 1) + EMPTY + names("a") + numbers(21, 2) + b"\1\1\0\0"
    ),
    "files without content": of(b"\1" + numbers(5, 1) + names("a") + b"\0\0"),
    "endless files": of(b"\1" + numbers(5, 2**60) + b"\0\0"),
    "packed for ever": of(b"\x17\0"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_broken(listing: Read, data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        listing(data)


def test_a_header_that_unpacks_to_itself(listing: Read) -> None:
    """It would never end."""
    size = 18
    copied = numbers(6, 0, 1, 9, size, 0, 7, 11, 1) + b"\0\1\1\0" + numbers(12, size, 0, 0)
    header = b"\x17" + copied
    assert len(header) == size
    with pytest.raises(ContentMalformed):
        listing(start_header(0, header) + header)


def test_a_header_larger_than_any(listing: Read) -> None:
    streams = numbers(6, 0, 1, 9, 1, 0) + numbers(7, 11, 1) + b"\0\1\1\0"
    header = b"\x17" + streams + numbers(12, 2**40, 0) + b"\0"
    with pytest.raises(ContentTooLarge):
        listing(start_header(0, header) + header)


def test_more_files_than_any_budget(listing: Read) -> None:
    header = b"\1" + numbers(5, 100_001) + bytes(100_001)
    with pytest.raises(TooManyMembers):
        listing(start_header(0, header) + header)


def test_properties_are_skipped(listing: Read) -> None:
    header = b"\1\2" + numbers(25, 3) + b"abc\0" + numbers(5, 1) + EMPTY + names("a") + b"\0\0"
    archive = listing(start_header(0, header) + header)
    assert isinstance(archive, Archive)
    assert [member.name for member in archive.members] == ["a"]


def test_is_start() -> None:
    view = memoryview(b"stub" + WHOLE)
    assert is_start(view, 4)
    assert not is_start(view, 0)
    assert not is_start(view[:20], 4)
