"""Compression methods: whole members come out whole, broken ones say so, none takes more."""

import hashlib
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import inflate64
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from samples.zip_archives import DEFLATE64, PPMD, PPMD_TEXT, TEXT
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ContentTooLarge
from scanners.members import FREE_BYTES
from scanners.zip.directory import entries, find_directory
from scanners.zip.headers import local_header
from scanners.zip.methods import DECODERS, STORED, read_alone, unpack

MakeBudget = Callable[..., Budget]

NOISE = hashlib.shake_256(b"noise").digest(100_000)
FILES = {"text": b"hello " * 50_000, "mixed": NOISE + bytes(50_000) + NOISE[:999], "one": b"a" * 9}


def _deflate64(data: bytes) -> bytes:
    engine = inflate64.Deflater()
    return bytes(engine.deflate(data) + engine.flush())


@pytest.mark.parametrize("method", ["Copy", "Deflate", "Deflate64", "BZip2", "LZMA", "PPMd"])
def test_every_method_of_7zip(new_budget: MakeBudget, tmp_path: Path, method: str) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    command = ["7zz", "a", "-tzip", f"-mm={method}", "a.zip", *FILES]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    view = memoryview((tmp_path / "a.zip").read_bytes())
    directory = find_directory(view)
    assert directory is not None
    for entry in entries(view, directory):
        start = local_header(view, entry.offset).data
        found = unpack(view[start : start + entry.packed_size], entry.method, new_budget())
        assert (found.failure, bytes(found.view)) == (None, FILES[entry.name])


@pytest.mark.parametrize("method", [1, 2, 3, 4, 5, 6, 7, 10, 18, 19, 94, 96, 97, 99, 65535])
def test_a_method_that_nothing_reads(new_budget: MakeBudget, method: int) -> None:
    found = unpack(memoryview(b"x" * 99), method, new_budget())
    assert isinstance(found.failure, ContentMalformed)
    assert not found.view


def test_stored_bytes_are_counted(new_budget: MakeBudget) -> None:
    budget = new_budget(size=10)
    assert unpack(memoryview(b"x" * 8), STORED, budget).view == b"x" * 8
    with pytest.raises(ContentTooLarge):
        unpack(memoryview(b"x" * 8), STORED, budget)


def test_deflate64_bomb(new_budget: MakeBudget) -> None:
    """Its matches are 65,538 bytes long: it packs zeros a hundred times better than deflate."""
    packed = _deflate64(bytes(3 * FREE_BYTES))
    assert len(packed) < 2000
    found = unpack(memoryview(packed), DEFLATE64, new_budget())
    assert found.bomb
    assert len(found.view) < FREE_BYTES + 8 * 1024 * 1024


def test_ppmd_bomb(new_budget: MakeBudget, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(3 * FREE_BYTES))
    command = ["7zz", "a", "-tzip", "-mm=PPMd", "a.zip", "a"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    view = memoryview((tmp_path / "a.zip").read_bytes())
    local = local_header(view, 0)
    packed = view[local.data : local.data + local.packed_size]
    found = unpack(packed, PPMD, new_budget())
    assert found.bomb
    assert len(found.view) <= FREE_BYTES


@pytest.mark.parametrize("parameters", [b"", b"\x03", b"\xff\xff", b"\xff\x0f"])
def test_ppmd_parameters_out_of_range(new_budget: MakeBudget, parameters: bytes) -> None:
    found = unpack(memoryview(parameters + PPMD_TEXT[2:]), PPMD, new_budget())
    assert isinstance(found.failure, ContentMalformed)


def test_two_deflate64_streams(new_budget: MakeBudget) -> None:
    packed = _deflate64(TEXT) + b"x" * 300
    found = unpack(memoryview(packed), DEFLATE64, new_budget())
    assert bytes(found.view) == TEXT
    assert isinstance(found.failure, ContentMalformed)


@pytest.mark.parametrize("method", [8, DEFLATE64, 12, 14, 93, 95, PPMD])
@given(st.data())
def test_damaged_stream(new_budget: MakeBudget, method: int, data: st.DataObject) -> None:
    good = {
        8: builders.raw_deflate(TEXT), DEFLATE64: _deflate64(TEXT), PPMD: PPMD_TEXT,
    }.get(method) or builders.zip_of({"a": TEXT}, method=method)[31:-69]  # fmt: skip
    at, noise = data.draw(st.integers(0, len(good))), data.draw(st.binary(min_size=1, max_size=9))
    damaged = good[:at] + noise + good[at + len(noise) :]
    found = unpack(memoryview(damaged), method, new_budget())
    assert found.failure is None or isinstance(found.failure, ContentMalformed)


def test_all_decoders_know_their_stream(new_budget: MakeBudget) -> None:
    for method in DECODERS.keys() - {DEFLATE64}:
        packed = memoryview(builders.zip_of({"a": TEXT}, method=method)[31:-69])
        assert bytes(unpack(packed, method, new_budget()).view) == TEXT


def test_alone(new_budget: MakeBudget) -> None:
    packed = memoryview(builders.raw_deflate(TEXT))
    found = read_alone(packed, 8, len(TEXT), new_budget(), len(TEXT))
    assert (found.failure, bytes(found.view)) == (None, TEXT)
    budget = new_budget(size=len(TEXT) - 1)
    assert isinstance(read_alone(packed, 8, 9, budget, len(TEXT)).failure, ContentTooLarge)
    assert zlib.crc32(found.view) == zlib.crc32(TEXT)
