"""Bombs of all kinds end within two seconds, and none of them is clean."""

import bz2
import io
import lzma
import subprocess
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from samples import builders, packing
from scanners.budget import Budget
from scanners.model import Examination
from tests.scanners.archives.tars import END, entry, sparse

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]
MIB = 1024 * 1024
ZEROS = bytes(60 * MIB)
ENDS = {"archive.bomb", "unscanned.too_large", "unscanned.too_many", "unscanned.too_deep"}


def many_empty(count: int) -> bytes:
    return b"".join(entry(f"{number}") for number in range(count)) + END


def nested(levels: int, copies: int) -> bytes:
    """As 42.zip: archives of archives, each of the same ones many times."""
    data = builders.gzip(bytes(5 * MIB))
    for _ in range(levels):
        data = bz2.compress(builders.tar_of({f"{n}.bz2": data for n in range(copies)}))
    return data


def sparse_of(size: int) -> bytes:
    return sparse("holes.img", size, b"end", size + 3) + END


def deep_names() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for number in range(200):
            archive.addfile(tarfile.TarInfo("d/" * 20_000 + str(number)))
    return stream.getvalue()


def cpio_of_nothing() -> bytes:
    return packing.cpio_of({f"{number}": b"" for number in range(20_000)})


BOMBS: dict[str, Callable[[], bytes]] = {
    "bzip2": lambda: bz2.compress(ZEROS),
    "zstd": lambda: builders.zstd(ZEROS),
    "xz": lambda: lzma.compress(ZEROS, preset=0),
    "lz4": lambda: packing.lz4_frame(ZEROS),
    "lzip": lambda: packing.lzip(ZEROS[: 20 * MIB]),
    "gzip of gzip": lambda: builders.gzip(builders.gzip(ZEROS)),
    "tar of zeros in bzip2": lambda: bz2.compress(builders.tar_of({"a": ZEROS})),
    "package": lambda: packing.rpm_of({"a": ZEROS}),
    "packed part of a package": lambda: packing.deb_of({"a": ZEROS}),
    "archives in archives": lambda: nested(3, 60),
    "a terabyte of holes": lambda: sparse_of(2**40),
    "a hundred megabytes of holes": lambda: sparse_of(100 * MIB),
    "many of some megabytes of holes": lambda: sparse("s", 9 * MIB, b"x", 9 * MIB + 1) * 50 + END,
    "20,000 empty members": lambda: many_empty(20_000),
    "20,000 of cpio": cpio_of_nothing,
    "deep folders": deep_names,
    "300 levels": lambda: _levels(300),
}


def _levels(count: int) -> bytes:
    data = b"text"
    for _ in range(count):
        data = builders.gzip(data)
    return data


@pytest.mark.timeout(30)
@pytest.mark.parametrize("make", BOMBS.values(), ids=BOMBS)
def test_it_ends_soon(
    run: Examine, findings: Findings, new_budget: MakeBudget, make: Callable[[], bytes]
) -> None:
    data = make()
    budget = new_budget(members=1000)
    began = time.process_time()
    found = run(data, budget=budget)
    assert time.process_time() - began < 2
    assert findings(found) & ENDS


def test_memory_of_holes_is_bounded(run: Examine) -> None:
    """What a header promises is not allocated: a budget of 64 MiB cannot become a terabyte."""
    found = run(sparse_of(2**62 - 10))
    assert sum(len(one.view) for one in found.extracted) < 11 * MIB


def test_quine_of_tools(tmp_path: Path, run: Examine, findings: Findings) -> None:
    """A cabinet within a cabinet within …, as gcab makes them."""
    inner = tmp_path / "a.cab"
    (tmp_path / "a.txt").write_bytes(b"text")
    subprocess.run(["gcab", "-c", inner.name, "a.txt"], cwd=tmp_path, check=True)
    for _ in range(9):
        outer = tmp_path / "b.cab"
        subprocess.run(["gcab", "-cz", outer.name, inner.name], cwd=tmp_path, check=True)
        outer.rename(inner)
    assert findings(run(inner.read_bytes())) == {"unscanned.too_deep"}
