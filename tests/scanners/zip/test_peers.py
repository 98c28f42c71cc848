"""What Python, libarchive or 7-Zip unpack as a program, we find, or we say that we doubt."""

import io
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from samples import builders
from scanners.archives.libarchive import members
from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.model import DetectionLevel, Examination, TypeNode
from tests.scanners.zip.forge import PE, TEXT, Item, descriptor, forge

Examine = Callable[..., Examination]
MakeBudget = Callable[..., Budget]

ZEROS = {"checksum": 0, "packed_size": 0, "size": 0}
WRONG: list[dict[str, Any]] = [
    {}, {"method": 0}, {"method": 8}, {"flags": 0}, {"flags": 1}, {"flags": 8}, {"flags": 9},
    ZEROS, {"size": 0}, {"size": 7}, {"packed_size": 0}, {"packed_size": 7},
    {"packed_size": 1 << 31}, {"checksum": 0}, {"name": b"b.txt"}, {"name": b""},
    {"name": b"folder/"}, {"name_size": 1}, {"extra_size": 9}, {"version": 200}, {"disk": 1},
    {"signature": b"PK\x03\x05"},
]  # fmt: skip
_LOCAL = [wrong for wrong in WRONG if "disk" not in wrong]
STRAY = [b"", b"", b"", PE, builders.raw_deflate(PE), b"PK\x03\x04", b"PK\x05\x06", bytes(40)]


@st.composite
def _items(draw: st.DrawFn) -> Item:
    data = draw(st.sampled_from([PE, TEXT, b"", builders.zip_of({"in.txt": PE})]))
    method = draw(st.sampled_from([builders.STORED, builders.DEFLATED, builders.BZIP2]))
    item = Item(
        draw(st.sampled_from([b"a.txt", b"b.exe", b"folder/"])),
        data,
        method,
        flags=draw(st.sampled_from([0, 0, 0, 1, 8])),
        local=draw(st.sampled_from(_LOCAL)) if draw(st.booleans()) else {},
        central=draw(st.sampled_from(WRONG)) if draw(st.booleans()) else {},
        gap=draw(st.sampled_from(STRAY)),
        listed=draw(st.integers(0, 4)) > 0,
    )
    if draw(st.booleans()):
        return item
    layout = draw(st.sampled_from(["<3I", "<I2Q"]))
    return Item(
        item.name, data, method, None, 8, ZEROS, item.central,
        descriptor(data, item.body, layout=layout, signature=draw(st.sampled_from(_SIGNATURES))),
    )  # fmt: skip


_SIGNATURES = [b"PK\x07\x08", b""]
_ENDS: list[dict[str, Any]] = [{}, {}, {"count": 0}, {"size": 0}, {"offset": 3}, {"disk": 1},
                               {"comment_size": 9}, {"signature": b"PK\x05\x07"}]  # fmt: skip


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """Draw one to three archives in a row, each with its lies, and change a few bytes."""
    data = b""
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        data += forge(
            draw(st.lists(_items(), min_size=1, max_size=3)),
            prefix=draw(st.sampled_from(STRAY)),
            before_directory=draw(st.sampled_from(STRAY)),
            before_end=draw(st.sampled_from([b"", b"", PE])),
            comment=draw(st.sampled_from(STRAY)),
            end=draw(st.sampled_from(_ENDS)),
            shifted=draw(st.booleans()),
        )
    changed = bytearray(data)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        changed[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(changed)


def _by_python(data: bytes) -> Iterator[bytes]:
    with suppress(Exception):  # whatever a hostile archive makes of it
        archive = zipfile.ZipFile(io.BytesIO(data))
        for entry in archive.infolist():
            with suppress(Exception):
                yield archive.read(entry)


def _by_libarchive(data: bytes, formats: str, budget: Budget) -> Iterator[bytes]:
    with suppress(ScannerError):
        for member in members(memoryview(data), (formats,), budget):
            yield bytes(member.read(budget, 1 << 20).view)


def _by_7zip(data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.zip").write_bytes(data)
        command = ["7zz", "e", "-so", "-y", "-tzip", "-pnone", "a.zip"]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=20)
    return done.stdout


def _readers(data: bytes, budget: Budget) -> set[str]:
    """Return the readers that unpack the program."""
    found = {"python"} if any(PE in each for each in _by_python(data)) else set()
    for formats in ("zip_seekable", "zip_streamable"):
        if any(PE in each for each in _by_libarchive(data, formats, budget)):
            found.add(formats)
    return found | ({"7-Zip"} if PE in _by_7zip(data) else set())


def _nodes(node: TypeNode) -> Iterator[TypeNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)


def _told(found: Examination) -> bool:
    assert found.types is not None
    seen = any(node.file_type.name == "pe" for node in _nodes(found.types))
    doubts = any(each.level is not DetectionLevel.INFO for each in found.detections)
    return seen or doubts or bool(found.unscanned)


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(archives())
def test_no_peer_unpacks_what_we_overlook(
    run: Examine, new_budget: MakeBudget, data: bytes
) -> None:
    readers = _readers(data, new_budget())
    event(f"{len(readers)} readers")
    if readers:
        assert _told(run(data)), readers
