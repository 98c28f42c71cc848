"""What comes out of folders of 7z: every coder, and only what its checksum holds for."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samples.sevenzip_archives import SevenZipFile, sevenzip
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge
from scanners.model import Reason
from scanners.sevenzip.header import read
from scanners.sevenzip.records import Archive, Part
from scanners.sevenzip.unpack import Source, Unpacked, holds, unpack, verified

MakeBudget = Callable[..., Budget]
TEXT = b"Plain text.\n" * 400
METHODS = {
    "LZMA": ["-m0=LZMA"],
    "LZMA2": ["-m0=LZMA2"],
    "PPMd": ["-m0=PPMd"],
    "BZip2": ["-m0=BZip2"],
    "Deflate": ["-m0=Deflate"],
    "Copy": ["-m0=Copy"],
    "Delta": ["-m0=Delta:4", "-m1=LZMA2"],
    "BCJ": ["-m0=BCJ", "-m1=LZMA2"],
    "BCJ2": "-m0=BCJ2 -m1=LZMA -m2=LZMA -m3=LZMA -mb0:1 -mb0s1:2 -mb0s2:3".split(),
}
UNKNOWN = {
    "Deflate64": ["-m0=Deflate64"],
    "ARM64": ["-m0=ARM64", "-m1=LZMA2"],
    "Swap2": ["-m0=SWAP2", "-m1=LZMA2"],
}


def packed_by_7_zip(folder: Path, options: list[str], password: str) -> bytes:
    (folder / "a").write_bytes(TEXT)
    (folder / "b").write_bytes(TEXT + b"!")
    locked = [f"-p{password}"] if password else []
    command = ["7zz", "a", *options, *locked, "a.7z", "a", "b"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return (folder / "a.7z").read_bytes()


def opened(data: bytes, budget: Budget) -> tuple[Source, Archive]:
    source = Source(memoryview(data), budget)
    archive = read(source, 0)
    assert isinstance(archive, Archive)
    return source, archive


def all_of(data: bytes, budget: Budget, password: str) -> list[Unpacked]:
    source, archive = opened(data, budget)
    numbers = range(len(archive.streams.folders))
    return [out for n in numbers for out in unpack(source, archive.streams, n, password)]


@pytest.mark.parametrize("password", ["", "infected"])
@pytest.mark.parametrize("options", METHODS.values(), ids=METHODS)
def test_methods(new_budget: MakeBudget, tmp_path: Path, options: list[str], password: str) -> None:
    data = packed_by_7_zip(tmp_path, options, password)
    out = all_of(data, new_budget(), password)
    assert [(bytes(one.view), one.reason) for one in out] == [(TEXT, None), (TEXT + b"!", None)]


@pytest.mark.parametrize("options", UNKNOWN.values(), ids=UNKNOWN)
def test_unknown_methods(new_budget: MakeBudget, tmp_path: Path, options: list[str]) -> None:
    out = all_of(packed_by_7_zip(tmp_path, options, ""), new_budget(), "")
    assert {one.reason for one in out} == {Reason.MALFORMED}


def test_a_wrong_password_gives_nothing(new_budget: MakeBudget, tmp_path: Path) -> None:
    for options in (["-m0=Copy"], ["-m0=LZMA2"], ["-m0=Deflate"]):
        out = all_of(packed_by_7_zip(tmp_path, options, "infected"), new_budget(), "wrong")
        assert {(bytes(one.view), one.reason) for one in out} == {(b"", Reason.ENCRYPTED)}
        (tmp_path / "a.7z").unlink()


def test_a_window_that_nobody_may_keep(new_budget: MakeBudget) -> None:
    source, archive = opened(sevenzip([SevenZipFile("a", TEXT, window=40)]), new_budget())
    with pytest.raises(ContentTooLarge):
        list(unpack(source, archive.streams, 0, ""))


def test_cut_data(new_budget: MakeBudget) -> None:
    data = sevenzip([SevenZipFile("a", TEXT)])
    _, archive = opened(data, new_budget())
    with pytest.raises(ContentMalformed):
        list(unpack(Source(memoryview(data)[:40], new_budget()), archive.streams, 0, ""))


def test_packed_bytes_count(new_budget: MakeBudget) -> None:
    source, archive = opened(sevenzip([SevenZipFile("a", TEXT)]), new_budget())
    before = source.budget.bytes_left
    list(unpack(source, archive.streams, 0, ""))
    ((_, size),) = archive.streams.packed[0]
    assert before - source.budget.bytes_left == size + len(TEXT)


def test_holds() -> None:
    view = memoryview(b"123456789")
    assert holds(Part(9, 0xCBF43926), view, locked=True)
    assert not holds(Part(9, 1), view, locked=False)
    assert not holds(Part(8, 0xCBF43926), view, locked=False)
    assert holds(Part(9, None), view, locked=False)
    assert not holds(Part(9, None), view, locked=True)  # nothing says that it is no noise


@pytest.mark.parametrize("reason", [None, Reason.MALFORMED])
@pytest.mark.parametrize(
    "locked, kept, told", [(False, b"text", Reason.MALFORMED), (True, b"", Reason.ENCRYPTED)]
)
def test_noise_is_not_kept(locked: bool, kept: bytes, told: Reason, reason: Reason | None) -> None:
    out = verified(Part(4, 1), Unpacked(memoryview(b"text"), reason), locked=locked)
    assert (bytes(out.view), out.reason) == (kept, told)


def test_an_earlier_reason_stays() -> None:
    out = Unpacked(memoryview(b"te"), Reason.TOO_LARGE, bomb=True)
    assert verified(Part(4, 1), out, locked=True) == out
