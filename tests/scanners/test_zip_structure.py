"""Ambiguous archives are told, in one word; honest archives of all kinds are not."""

import io
import struct
import zipfile
from collections.abc import Callable

import pytest

from samples import builders
from scanners.budget import Budget
from scanners.errors import ContentMalformed, DeadlinePassed
from scanners.zip_directory import entries, find_directory, local_header
from scanners.zip_structure import ambiguities, place

MakeBudget = Callable[..., Budget]

GOOD = builders.zip_of({"good.txt": b"good"})
BAD = builders.zip_of({"bad.exe": builders.pe()})
UNLISTED = BAD[: BAD.index(b"PK\x01\x02")]
NESTED = builders.zip_of({"a.zip": GOOD, "b.zip": BAD}, method=builders.STORED)


def _streamed() -> bytes:
    """Return an archive with data descriptors, as written to a pipe."""
    pipe = io.BytesIO()
    pipe.seekable = lambda: False  # type: ignore[method-assign]
    with zipfile.ZipFile(pipe, "w") as archive:
        archive.writestr("a.txt", b"a" * 100)
        archive.writestr("b.txt", b"b" * 100)
    return pipe.getvalue()


def _moved(data: bytes, gap: bytes) -> bytes:
    """Put bytes between the last member and the directory, as smugglers and APK signers do."""
    start = data.index(b"PK\x01\x02")
    (offset,) = struct.unpack("<I", data[-6:-2])
    return data[:start] + gap + data[start:-6] + struct.pack("<I", offset + len(gap)) + data[-2:]


def _patched(data: bytes, signature: bytes, at: int, new: bytes) -> bytes:
    where = data.index(signature) + at
    return data[:where] + new + data[where + len(new) :]


def _overlapping() -> bytes:
    """Both entries of the directory point to the first member."""
    data = builders.zip_of({"a.txt": b"a" * 50, "a.tx2": b"a" * 50}, method=builders.STORED)
    second = data.rindex(b"PK\x01\x02")
    return data[: second + 42] + bytes(4) + data[second + 46 :]


CASES = {
    "plain": (GOOD, set()),
    "empty": (builders.zip_of({}), set()),
    "archives inside, stored": (NESTED, set()),
    "streamed": (_streamed(), set()),
    "comment": (GOOD[:-2] + b"\x03\0abc", set()),
    "trailing zeros": (GOOD + bytes(600), set()),
    "signing block": (_moved(GOOD, b"APK Sig Block 42" * 9), set()),
    "chance signature": (_moved(GOOD, b"..PK\x03\x04\xff\xff...." + bytes(30)), set()),
    "concatenated": (GOOD + BAD, {"concatenated", "unlisted"}),
    "concatenated, other order": (BAD + GOOD, {"concatenated", "unlisted"}),
    "archive in the comment": (
        GOOD[:-2] + struct.pack("<H", len(BAD)) + BAD,
        {"concatenated", "unlisted"},
    ),
    "member before the directory": (_moved(GOOD, UNLISTED), {"unlisted"}),
    "two names": (
        builders.zip_archive([builders.ZipMember("a.txt", b"a", central_name="a.exe")]),
        {"name"},
    ),
    "two methods": (_patched(GOOD, b"PK\x03\x04", 8, b"\0\0"), {"method"}),
    "encrypted or not": (_patched(GOOD, b"PK\x03\x04", 6, b"\x01\x08"), {"encryption"}),
    "overlap": (_overlapping(), {"overlap", "name", "unlisted"}),
    "member over the directory": (_patched(GOOD, b"PK\x01\x02", 20, b"\xff\0"), {"overlap"}),
}


def _words(data: bytes, budget: Budget, *, pure: bool) -> set[str]:
    view = memoryview(data)
    directory = find_directory(view)
    assert directory is not None
    members = []
    for entry in entries(view, directory):
        try:
            members.append(place(entry, local_header(view, entry.offset)))
        except ContentMalformed:
            continue
    return {word for word, _ in ambiguities(view, directory, members, budget, pure=pure)}


@pytest.mark.parametrize("data, words", CASES.values(), ids=CASES)
def test_ambiguities(new_budget: MakeBudget, data: bytes, words: set[str]) -> None:
    found = _words(data, new_budget(), pure=True)
    assert found == words


def test_what_stands_before_an_archive_in_a_program_is_its_own(new_budget: MakeBudget) -> None:
    assert _words(builders.pe() + BAD + GOOD, new_budget(), pure=False) == set()
    assert _words(builders.pe() + GOOD + UNLISTED, new_budget(), pure=False) == set()


def test_a_file_of_signatures_ends_at_the_deadline(new_budget: MakeBudget) -> None:
    with pytest.raises(DeadlinePassed):
        _words(GOOD + b"PK\x05\x06" * 9, new_budget(seconds=-1), pure=True)
