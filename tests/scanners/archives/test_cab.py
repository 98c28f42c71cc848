"""Cabinets: sets, reserved bytes, signatures behind the end."""

import hashlib
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samples import builders
from samples.packing import cab_of
from scanners.model import Examination

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
PE = builders.pe()
NOTES = {"a.txt": b"hello " * 100}
SIGNATURE = b"\x30\x82\x10\x00\x06\x09" + hashlib.shake_256(b"signature").digest(4100)
TRICK = builders.zip_of({"photo.jpg.exe": PE})
EXECUTABLE, DOUBLE = "archive.executable?", "disguise.double_extension"
AMBIGUOUS, MALFORMED = "archive.ambiguous", "unscanned.malformed"

CASES = {
    "texts": (cab_of(NOTES), set()),
    "program": (cab_of({"a.exe": PE}), {EXECUTABLE}),
    "program as picture": (cab_of({"a.jpg": PE}), {EXECUTABLE, "disguise.extension"}),
    "large": (cab_of({"a.bin": hashlib.shake_256(b"x").digest(100_000)}), set()),
    "traversal": (cab_of({"..\\a.txt": b"a"}), {"archive.traversal"}),
    "goes on in the next": (cab_of(NOTES, folder=0xFFFE), {MALFORMED}),
    "comes from the one before": (cab_of(NOTES, folder=0xFFFD), {MALFORMED}),
    "cut": (cab_of(NOTES)[:-100], {MALFORMED}),
    "no header": (b"MSCF\0\0\0\0" + bytes(20), {MALFORMED}),
    "reserved bytes used": (b"MSCF\1\2\3\4" + cab_of(NOTES)[8:], {MALFORMED}),
    "signed": (cab_of(NOTES, reserve=bytes(20)) + SIGNATURE, {AMBIGUOUS + "?"}),
    "an archive in the reserve": (cab_of(NOTES, reserve=TRICK), {EXECUTABLE, DOUBLE}),
    "an archive behind the end": (cab_of(NOTES) + TRICK, {AMBIGUOUS, EXECUTABLE, DOUBLE}),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_archive(run: Examine, findings: Findings, data: bytes, expected: set[str]) -> None:
    assert findings(run(data)) == expected


def test_a_list_of_files_that_never_ends(run: Examine, findings: Findings) -> None:
    """65,535 files are announced, and all of them lie in the same bytes."""
    data = bytearray(cab_of({"a.txt": b"x" * 400}))
    data[28:30] = struct.pack("<H", 0xFFFF)
    assert findings(run(bytes(data))) == {MALFORMED}


@pytest.mark.parametrize("options", [("-c",), ("-cz",)], ids=["stored", "MSZIP"])
def test_what_gcab_makes(
    tmp_path: Path, run: Examine, findings: Findings, options: tuple[str, ...]
) -> None:
    for name, data in {"photo.jpg": PE, "ünï.txt": b"text " * 99, "empty": b""}.items():
        (tmp_path / name).write_bytes(data)
    subprocess.run(
        ["gcab", *options, "a.cab", "photo.jpg", "ünï.txt", "empty"], cwd=tmp_path, check=True
    )
    found = run((tmp_path / "a.cab").read_bytes(), name="a.cab")
    assert findings(found) == {EXECUTABLE, "disguise.extension"}
    assert found.types is not None
    assert [child.name for child in found.types.children] == ["photo.jpg", "ünï.txt", "empty"]
    assert found.extracted == ()
