"""Many small members go to clamd as one tar, and it sees each of them as a file."""

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.model import Extracted
from scanners.worker import bundles
from scanners.worker.bundles import bundle


def _child(data: bytes, *path: str, wrapper: bool = False) -> Extracted:
    return Extracted(memoryview(data), path, wrapper)


def _members(joined: Extracted) -> list[bytes]:
    with tarfile.open(fileobj=io.BytesIO(joined.view)) as archive:
        return [archive.extractfile(entry).read() for entry in archive]  # type: ignore[union-attr]


def test_few_children_stay_as_they_are() -> None:
    children = [_child(b"one", "a"), _child(b"two", "b"), _child(b"three", "c", wrapper=True)]
    assert bundle(children, 2) == tuple(children)


def test_smallest_go_together() -> None:
    children = [_child(b"x" * size, "form", str(size)) for size in (5, 900, 3, 800, 4)]
    *rest, joined = bundle(children, 3)
    assert rest == [children[1], children[3]]
    assert _members(joined) == [b"xxx", b"xxxx", b"xxxxx"]
    assert joined.path == ("form", "3 small members")
    assert not joined.wrapper


def test_paths_without_anything_in_common() -> None:
    children = [_child(b"1", "a", "x"), _child(b"2", "b", "y"), _child(b"3", "a", "z")]
    assert bundle(children, 1)[0].path == ("3 small members",)


def test_large_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    children = [_child(bytes(size), str(size)) for size in (10, 20, 30, 2000)]
    monkeypatch.setattr(bundles, "LARGEST", 25)
    assert [child.path[0] for child in bundle(children, 1)] == ["30", "2000", "2 small members"]
    monkeypatch.setattr(bundles, "LARGEST", 5)
    assert bundle(children, 1) == tuple(children)
    monkeypatch.setattr(bundles, "LARGEST", 5000)
    monkeypatch.setattr(bundles, "BUNDLE_BYTES", 2200)
    assert [child.path[0] for child in bundle(children, 1)] == ["30", "2000", "2 small members"]


@given(st.lists(st.binary(max_size=1100), min_size=2, max_size=20), st.integers(1, 10))
def test_no_byte_is_lost(contents: list[bytes], most: int) -> None:
    children = [_child(data, str(number)) for number, data in enumerate(contents)]
    sent = bundle(children, most)
    assert len(sent) == min(len(children), most)
    whole = [bytes(child.view) for child in sent]
    if len(sent) < len(children):
        whole = whole[:-1] + _members(sent[-1])
    assert sorted(whole) == sorted(contents)


@pytest.mark.server
@pytest.mark.parametrize("signature", ["hash", "offset"])
def test_clamav_sees_each_member_as_a_file(tmp_path: Path, signature: str) -> None:
    marked = b"douane-marker" + b"x" * 60
    if signature == "hash":
        line = f"{hashlib.md5(marked, usedforsecurity=False).hexdigest()}:{len(marked)}:Marker\n"
        database = tmp_path / "marker.hdb"
    else:
        line = f"Marker:0:0:{b'douane-marker'.hex()}\n"
        database = tmp_path / "marker.ndb"
    database.write_text(line)
    others = [_child(bytes([number]) * (number + 1), str(number)) for number in range(200)]
    *_, joined = bundle([*others, _child(marked, "marked")], 10)
    (tmp_path / "joined").write_bytes(joined.view)
    command = ["clamscan", "--no-summary", "-d", str(database), str(tmp_path / "joined")]
    ended = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert ended.returncode == 1, ended
    assert b"Marker.UNOFFICIAL FOUND" in ended.stdout
