"""ARJ archives of `arj`: members are found and judged, every failure is a gap."""

import hashlib
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.model import Examination, Reason

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
PE = builders.pe()
TEXT = b"Plain text.\n" * 9
EXECUTABLE, DOUBLE = "archive.executable?", "disguise.double_extension"
MALFORMED = "unscanned.malformed"


def header(name: bytes, *, flags: int = 0, method: int = 0, kind: int = 0, **odd: int) -> bytes:
    fields = bytes([30, 11, 1, 2, flags, method, kind, 0]) + bytes(4)
    sizes = (odd.get("packed", 0), odd.get("size", 0), odd.get("checksum", 0))
    whole = fields + struct.pack("<3I", *sizes) + bytes(6) + name + b"\0\0"
    return b"\x60\xea" + struct.pack("<H", len(whole)) + whole + struct.pack("<I", crc32(whole))


def file(name: bytes, data: bytes, *, more: bytes = bytes(2), **odd: int) -> bytes:
    sizes = {"packed": len(data), "size": len(data), "checksum": crc32(data)} | odd
    return header(name, **sizes) + more + data


def arj(*files: bytes) -> bytes:
    return header(b"a.arj", kind=2) + bytes(2) + b"".join(files) + b"\x60\xea\0\0"


CASES = {
    "nothing": (arj(), set()),
    "texts": (arj(file(b"a.txt", TEXT), file(b"d/b.txt", TEXT)), set()),
    "program": (arj(file(b"tool.exe", PE)), {EXECUTABLE}),
    "extended header": (arj(file(b"tool.exe", PE, more=b"\4\0" + bytes(10))), {EXECUTABLE}),
    "garbled": (
        arj(file(b"photo.jpg.exe", PE, flags=1)),
        {EXECUTABLE, DOUBLE, "archive.encrypted?", "unscanned.encrypted"},
    ),
    "goes on elsewhere": (arj(file(b"tool.exe", PE, flags=4)), {EXECUTABLE, MALFORMED}),
    "continues": (arj(file(b"a.txt", TEXT, flags=8)), {MALFORMED}),
    "folder": (arj(file(b"d", b"", kind=3)), set()),
    "label": (arj(file(b"d", b"", kind=4)), set()),
    "chapter": (arj(file(b"d", b"", kind=5)), set()),
    "folder with bytes": (arj(file(b"tool.exe", PE, kind=3)), {EXECUTABLE}),
    "label with bytes": (arj(file(b"tool.exe", PE, kind=4)), {EXECUTABLE}),
    "chapter with bytes": (arj(file(b"tool.exe", PE, kind=5)), {EXECUTABLE}),
    "climbing": (arj(file(b"../../a.txt", TEXT)), {"archive.traversal"}),
    "wrong checksum": (arj(file(b"a.txt", TEXT, checksum=1)), {MALFORMED}),
    "wrong size": (arj(file(b"a.txt", TEXT, size=1)), {MALFORMED}),
    "unknown method": (arj(file(b"a.exe", PE, method=9)), {MALFORMED, EXECUTABLE}),
    "packed by nobody": (arj(file(b"a.txt", TEXT, method=1)), {MALFORMED}),
    "no end": (arj(file(b"a.txt", TEXT))[:-4], {MALFORMED}),
    "cut": (arj(file(b"a.txt", TEXT))[:-9], {MALFORMED}),
    "broken header": (arj(file(b"a.txt", TEXT)).replace(b"a.txt", b"b.txt"), {MALFORMED}),
    "program behind it": (arj(file(b"a.txt", TEXT)) + PE, {"archive.ambiguous"}),
    "zeros behind it": (arj(file(b"a.txt", TEXT)) + bytes(99), set()),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_archive(run: Examine, findings: Findings, data: bytes, expected: set[str]) -> None:
    found = run(data)
    assert found.types is not None
    assert found.types.file_type.name == "arj"
    assert findings(found) == expected


def made(folder: Path, *options: str) -> bytes:
    (folder / "a.txt").write_bytes(TEXT)
    (folder / "photo.jpg.exe").write_bytes(PE)
    command = ["arj", "a", *options, "a.arj", "a.txt", "photo.jpg.exe"]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return (folder / "a.arj").read_bytes()


@pytest.mark.parametrize("method", range(5))
def test_methods(run: Examine, findings: Findings, tmp_path: Path, method: int) -> None:
    found = run(made(tmp_path, f"-m{method}"))
    assert findings(found) == {EXECUTABLE, DOUBLE}
    assert found.extracted == ()  # clamd opens it by itself


def test_garbled(run: Examine, findings: Findings, tmp_path: Path) -> None:
    found = findings(run(made(tmp_path, "-gpassword")))
    assert found == {EXECUTABLE, DOUBLE, "archive.encrypted?", "unscanned.encrypted"}


def test_a_volume(run: Examine, findings: Findings, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(hashlib.shake_256(b"noise").digest(60_000))
    command = ["arj", "a", "-v30k", "-y", "a.arj", "a"]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    for name in ("a.arj", "a.a01"):
        assert findings(run((tmp_path / name).read_bytes())) == {MALFORMED}


def test_names_in_an_old_code_page(run: Examine) -> None:
    types = run(arj(file(b"\x81.txt", TEXT))).types
    assert types is not None
    assert [node.name for node in types.children] == ["ü.txt"]


WHOLE = arj(file(b"a.txt", TEXT), file(b"tool.exe", PE))


@given(st.integers(4, len(WHOLE) - 1), st.integers(1, 255))
def test_any_damage_is_told(run: Examine, at: int, change: int) -> None:
    found = run(WHOLE[:at] + bytes([WHOLE[at] ^ change]) + WHOLE[at + 1 :])
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
    assert found.types is not None
    if found.types.file_type.name == "arj":
        assert "pe" in {d.name for d in found.detections} or found.unscanned


@pytest.mark.server
@pytest.mark.parametrize("method", range(5))
def test_clamav_unpacks_it_too(tmp_path: Path, method: int) -> None:
    marker = b"douane-marker-of-the-clamav-tests"
    (tmp_path / "a").write_bytes(marker * 99)
    (tmp_path / "marker.ndb").write_text(f"Test.Marker:0:*:{marker.hex()}\n")
    pack = ["arj", "a", f"-m{method}", "a.arj", "a"]
    subprocess.run(pack, cwd=tmp_path, capture_output=True, check=True)
    scan = ["clamscan", "-d", "marker.ndb", "--no-summary", "a.arj"]
    assert subprocess.run(scan, cwd=tmp_path, capture_output=True, check=False).returncode == 1
