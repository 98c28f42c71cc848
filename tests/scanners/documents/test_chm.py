"""Compiled help: stored files are children, programs are told by name, damage ends in a gap."""

import struct
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.budget import Budget
from scanners.documents.chm import ChmScanner, entries
from scanners.errors import ScannerError
from scanners.kit import Kit
from scanners.model import Code, Content, Family, FileType, Reason, Report
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable

CHM = FileType("chm", "application/vnd.ms-htmlhelp", Family.PROGRAM)
CHUNK = 4096


def _coded(number: int) -> bytes:
    coded = [number & 0x7F]
    while number := number >> 7:
        coded.insert(0, number & 0x7F | 0x80)
    return bytes(coded)


def chm(*chunks: list[tuple[str, int, bytes]]) -> bytes:
    """Return compiled help of these chunks of (name, section, data)."""
    body, packed = b"", b""
    for number, files in enumerate(chunks):
        listed = b""
        for name, section, data in files:
            raw = name.encode()
            listed += _coded(len(raw)) + raw + _coded(section)
            listed += _coded(len(body)) + _coded(len(data))
            body += data if section == 0 else b""
        following = number + 1 if number + 1 < len(chunks) else 0xFFFFFFFF
        head = struct.pack("<4sIIiI", b"PMGL", CHUNK - 20 - len(listed), 0, number - 1, following)
        packed += (head + listed).ljust(CHUNK, b"\0")
    last = len(chunks) - 1
    directory = struct.pack("<4sIIIIIIiIIiI", b"ITSP", 1, 0x54, 10, CHUNK, 2, 1, -1, 0, last, -1,
                            len(chunks)).ljust(0x54, b"\0") + packed  # fmt: skip
    at = 0x60 + 0x18
    header = struct.pack("<4sIIIII32s", b"ITSF", 3, 0x60, 1, 0, 0x409, bytes(32))
    header += struct.pack("<QQQQQ", 0x60, 0x18, at, len(directory), at + len(directory))
    size = at + len(directory) + len(body)
    return header + struct.pack("<IIQII", 0x1FE, 0, size, 0, 0) + directory + body


@pytest.fixture
def scanner(table: TypeTable) -> ChmScanner:
    return ChmScanner(Kit(table, TypeScanner(table).identify))


def _scan(scanner: ChmScanner, data: bytes) -> Report:
    budget = Budget(time.monotonic() + 20, 1 << 26, 100, 8)
    return scanner.scan(Content(memoryview(data), file_type=CHM), budget)


HELP = chm(
    [("/", 0, b""), ("/#SYSTEM", 0, b"x"), ("/index.htm", 1, b"packed"), ("/a.js", 1, b"packed")],
    [("/pictures/", 0, b""), ("/pictures/a.png", 0, builders.png()), ("/notes.txt", 0, b"text")],
)


def test_stored_files_are_children(scanner: ChmScanner) -> None:
    report = _scan(scanner, HELP)
    found = {child.name: bytes(child.view) for child in report.children}
    assert found == {"a.png": builders.png(), "notes.txt": b"text"}
    assert (report.detections, report.unscanned) == ((), ())


def test_seven_zip_lists_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.chm").write_bytes(HELP)
    command = ["7zz", "l", "-ba", "-slt", f"{tmp_path}/a.chm"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    names = {line[7:].lstrip("/") for line in listed.splitlines() if line.startswith("Path = ")}
    budget = Budget(time.monotonic() + 20, 1 << 26, 100, 8)
    assert {entry.name for entry in entries(memoryview(HELP), budget)} <= names


@pytest.mark.parametrize("section", [0, 1])
def test_programs_are_told(scanner: ChmScanner, section: int) -> None:
    report = _scan(scanner, chm([("/sub/a.exe", section, b"text")]))
    assert Code.EMBEDDED_EXECUTABLE in {found.code for found in report.detections}


@pytest.mark.parametrize(
    "data", [b"ITSF", HELP[:0x70], HELP.replace(b"ITSP", b"xxxx"), HELP[:0x90] + b"\xff" * 9000]
)
def test_damage_is_a_gap_or_nothing_more_is_listed(scanner: ChmScanner, data: bytes) -> None:
    report = _scan(scanner, data)
    assert [gap.reason for gap in report.unscanned] in ([Reason.MALFORMED], [])
    assert not report.children


def test_chunks_that_lead_in_a_circle_end() -> None:
    data = bytearray(HELP)
    chunk = data.index(b"PMGL")
    struct.pack_into("<I", data, chunk + 16, 0)
    budget = Budget(time.monotonic() + 20, 1 << 26, 100, 8)
    assert len(list(entries(memoryview(data), budget))) == 4


@given(st.integers(0, 600), st.binary(min_size=1, max_size=12))
def test_changed_bytes_raise_nothing_else(at: int, change: bytes) -> None:
    data = bytearray(HELP)
    data[at : at + len(change)] = change
    budget = Budget(time.monotonic() + 20, 1 << 26, 100, 8)
    try:
        list(entries(memoryview(data), budget))
    except (ScannerError, struct.error):
        return


def test_other_types_are_left_alone(scanner: ChmScanner) -> None:
    budget = Budget(time.monotonic() + 20, 1 << 26, 100, 8)
    assert scanner.scan(Content(memoryview(HELP)), budget) == Report()
