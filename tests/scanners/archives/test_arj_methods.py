"""Methods of ARJ: what `arj` packs comes out again, and broken data is told."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.archives.arj_methods import fastest, lha_members
from scanners.budget import Budget
from scanners.errors import ContentTooLarge

MakeBudget = Callable[..., Budget]
NOISE = hashlib.shake_256(b"noise").digest(20_000)
TEXT = b"Plain text.\n" * 3000
CONTENTS = {
    "text": TEXT,
    "text and noise": TEXT + NOISE,
    "zeros": bytes(70_000),
    "far matches": NOISE + bytes(6000) + NOISE,
}


def packed(folder: Path, method: int, content: bytes) -> memoryview:
    """Return the packed data: behind the second header, up to the one that ends all."""
    (folder / "a").write_bytes(content)
    command = ["arj", "a", f"-m{method}", "a.arj", "a"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    data = (folder / "a.arj").read_bytes()
    start = data.rindex(b"\x60\xea", 0, data.rindex(b"a\0\0"))
    size = int.from_bytes(data[start + 16 : start + 20], "little")
    return memoryview(data)[len(data) - 4 - size : len(data) - 4]


@pytest.mark.parametrize("method", [1, 2, 3, 4])
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_methods(new_budget: MakeBudget, tmp_path: Path, method: int, content: bytes) -> None:
    unpack = fastest if method == 4 else lha_members
    data = unpack(packed(tmp_path, method, content), len(content), new_budget(), 10**6)
    assert bytes(data.view) == content
    assert data.failure is None


@pytest.mark.parametrize("method", [1, 4])
def test_the_ceiling(new_budget: MakeBudget, tmp_path: Path, method: int) -> None:
    unpack = fastest if method == 4 else lha_members
    zeros = bytes(2_000_000)
    data = unpack(packed(tmp_path, method, zeros), len(zeros), new_budget(), 1000)
    assert data.bomb
    assert isinstance(data.failure, ContentTooLarge)
    assert len(data.view) < len(zeros)


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xff" * 40])
def test_broken_data_of_method_4(new_budget: MakeBudget, data: bytes) -> None:
    assert fastest(memoryview(data), 99, new_budget(), 1000).failure is not None


@given(st.binary(max_size=60), st.integers(0, 2**32 - 1))
def test_any_bytes_are_survived(new_budget: MakeBudget, data: bytes, size: int) -> None:
    fastest(memoryview(data), size, new_budget(), 1000)
    lha_members(memoryview(data), size, new_budget(), 1000)
