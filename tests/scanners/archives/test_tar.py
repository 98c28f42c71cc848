"""tar: every dialect, and what one reader shows and another does not."""

import hashlib
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.archives.container import ArchiveContainer
from scanners.archives.tar import find_header, own_header, read_header
from scanners.budget import Budget
from scanners.kit import Kit
from scanners.model import Content, Examination, Reason, Report
from scanners.types.table import TypeTable
from tests.scanners.archives.tars import END, by_library, checked, entry, pax, sparse

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]
PE = builders.pe()
NOISE = hashlib.shake_256(b"noise").digest(3000)
NOTES = builders.tar_of({"a.txt": b"hello " * 100})
TRICK = builders.tar_of({"photo.jpg.exe": PE})
EXECUTABLE, DOUBLE = "archive.executable?", "disguise.double_extension"
AMBIGUOUS, MALFORMED, LINK = "archive.ambiguous", "unscanned.malformed", "archive.traversal?"
FOUND = {AMBIGUOUS, EXECUTABLE, DOUBLE}

CASES = {
    "texts": (NOTES, set()),
    "no end": (NOTES[:1536], set()),
    "one block of end": (NOTES[:2048], set()),
    "honest program": (builders.tar_of({"tool.exe": PE}), {EXECUTABLE}),
    "program as picture": (
        builders.tar_of({"photo.jpg": PE}),
        {EXECUTABLE, "disguise.extension"},
    ),
    "cut in a member": (NOTES[:900], {MALFORMED}),
    "cut in a header": (NOTES[:1536] + TRICK[:300], {MALFORMED}),
    "behind the end": (NOTES + TRICK, FOUND),
    "behind one block of end": (NOTES[:1536] + bytes(512) + TRICK, FOUND),
    "behind much padding": (NOTES + bytes(50 * 512) + TRICK, FOUND),
    "behind a damaged header": (
        NOTES[:1536] + b"\xff" + entry("b.txt")[1:] + TRICK,
        {EXECUTABLE, DOUBLE, MALFORMED},
    ),
    "behind many damaged headers": (
        NOTES[:1536] + (b"\xff" + entry("b.txt")[1:]) * 200 + TRICK,
        FOUND | {MALFORMED},
    ),
    "behind noise": (NOTES + NOISE[:1024] + TRICK, FOUND),
    "three behind one another": (NOTES + NOTES + TRICK, FOUND),
    "noise behind the end": (NOTES + NOISE, {AMBIGUOUS + "?"}),
    "a ZIP behind the end": (NOTES + builders.zip_of({"photo.jpg.exe": PE}), FOUND),
    "link within": (entry("l", kind=tarfile.SYMTYPE, link="a/b") + END, set()),
    "link out": (entry("l", kind=tarfile.SYMTYPE, link="../b") + END, {LINK}),
    "written through a link": (
        entry("l", kind=tarfile.SYMTYPE, link="/etc") + entry("l/passwd", b"x") + END,
        {LINK, "archive.traversal"},
    ),
    "hard link out": (entry("l", kind=tarfile.LNKTYPE, link="/etc/shadow") + END, {LINK}),
    "traversal": (builders.tar_of({"../a.txt": b"a"}), {"archive.traversal"}),
    "device": (entry("photo.jpg.exe", kind=tarfile.CHRTYPE) + END, set()),
    "pipe": (entry("p", kind=tarfile.FIFOTYPE) + NOTES, set()),
    "hard link with another name": (
        entry("data.bin", PE) + entry("a.jpg.exe", kind=tarfile.LNKTYPE, link="data.bin") + END,
        {EXECUTABLE, DOUBLE},
    ),
    "size in the attributes, another in the header": (
        pax({"size": "6"}) + entry("a.txt", b"hello!", size=3) + END,
        {AMBIGUOUS},
    ),
    "size only in the attributes": (
        pax({"size": "6"}) + entry("a.txt", b"hello!") + END,
        set(),
    ),
    "no size in the attributes, some in the header": (
        pax({"size": "0"}) + entry("a.txt", b"", size=len(TRICK)) + TRICK,
        FOUND,
    ),
    "name in the attributes, another in the header": (
        pax({"path": "holiday.exe"}) + entry("holiday.jpg.exe", PE) + END,
        {EXECUTABLE, DOUBLE},
    ),
    "signed checksum, as old ones have it": (
        entry("caf\xe9.txt", b"x") + END,
        set(),
    ),
}


@pytest.mark.parametrize("data, expected", CASES.values(), ids=CASES)
def test_archive(run: Examine, findings: Findings, data: bytes, expected: set[str]) -> None:
    assert findings(run(data)) == expected


DIALECTS = {"gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT, "ustar": tarfile.USTAR_FORMAT}
NAMES = ["a.txt", "ünïcode/файл.txt", "deep/" * 15 + "x.txt", "d" * 90 + "/" + "f" * 60 + ".txt"]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("name", NAMES, ids=len)
def test_dialects_of_the_library(run: Examine, findings: Findings, dialect: int, name: str) -> None:
    found = run(by_library([(name, b"text"), ("tool.exe", PE)], dialect))
    assert found.types is not None
    assert [child.name for child in found.types.children] == [name, "tool.exe"]
    assert findings(found) - {"disguise.padding"} == {EXECUTABLE}
    assert found.extracted == ()


@pytest.mark.parametrize(
    "options",
    [
        ("tar", "--format=gnu"),
        ("tar", "--format=pax"),
        ("tar", "--format=ustar"),
        ("tar", "--format=v7"),
        ("tar", "--format=gnu", "-S"),
        ("tar", "--format=pax", "-S"),
        ("tar", "--format=pax", "-S", "--sparse-version=0.1"),
        ("bsdtar", "--format=pax"),
        ("bsdtar", "--format=gnutar"),
        ("bsdtar", "--format=v7tar"),
    ],
    ids=" ".join,
)
def test_dialects_of_tools(
    tmp_path: Path, run: Examine, findings: Findings, options: tuple[str, ...]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "tool.exe").write_bytes(PE)
    (folder / "again.exe").hardlink_to(folder / "tool.exe")
    (folder / "l").symlink_to("tool.exe")
    with (folder / "holes.bin").open("wb") as holes:
        holes.seek(200_000)
        holes.write(b"end")
    (folder / ("long " * 18)).write_bytes(b"text")
    subprocess.run([*options, "-cf", "a.tar", "folder"], cwd=tmp_path, check=True)
    found = run((tmp_path / "a.tar").read_bytes(), name="a.tar")
    assert findings(found) - {"disguise.padding?"} == {EXECUTABLE}
    assert found.types is not None
    names = {child.name for child in found.types.children}
    assert {"folder/holes.bin", "folder/" + "long " * 18} <= names
    listed = subprocess.run(
        ["bsdtar", "-tf", "a.tar"], cwd=tmp_path, capture_output=True, check=True
    )
    assert {name.decode() for name in listed.stdout.splitlines()} >= names
    handed_out = [bytes(one.view) for one in found.extracted]
    assert set(handed_out) <= {bytes(200_000) + b"end"}, "clamd would see the holes left out"
    assert handed_out or "-S" not in options


def test_members_behind_the_end_are_handed_out(run: Examine) -> None:
    """clamd stops there."""
    found = run(NOTES + builders.tar_of({"b.txt": b"behind"}))
    assert [bytes(one.view) for one in found.extracted] == [b"behind"]


def test_the_name_in_the_attributes_counts(run: Examine) -> None:
    found = run(pax({"path": "a.txt"}) + entry("b.csv", b"x,y") + END)
    assert found.types is not None
    assert [child.name for child in found.types.children] == ["a.txt"]


def test_archives_without_end_end(run: Examine) -> None:
    found = run(NOTES * 40)
    assert {gap.reason for gap in found.unscanned} == {Reason.TOO_MANY}


def test_what_libmagic_takes_for_a_tar_is_no_broken_one(
    new_budget: MakeBudget, table: TypeTable
) -> None:
    kind = table.named("tar")
    scanner = ArchiveContainer(Kit(table, lambda _: kind))
    for data in (b"POST photo.jpg" + PE, b"text " * 300, b"x"):
        content = Content(memoryview(data), file_type=kind)
        assert scanner.scan(content, new_budget()) == Report(archive=True)
    damaged = b"\xff" + NOTES[1:1536] + TRICK
    assert scanner.scan(Content(memoryview(damaged), file_type=kind), new_budget()).unscanned
    marked = memoryview(b"x" * 257 + b"ustar" + bytes(2000))
    assert scanner.scan(Content(marked, file_type=kind), new_budget()).unscanned


def test_header_fields() -> None:
    head = memoryview(entry("a/b.txt", b"x" * 700))
    header = read_header(head, 0)
    assert header is not None
    assert (header.name, header.size, header.kind) == ("a/b.txt", 700, ord("0"))
    binary = bytearray(head[:512])
    binary[124:136] = b"\x80" + (2**40).to_bytes(11, "big")
    assert read_header(memoryview(checked(binary)), 0) is not None
    assert read_header(memoryview(bytes(binary)), 0) is None, "wrong checksum"
    for broken in (b"9" * 12, b"\xff" * 12, b"-1         \0"):
        binary[124:136] = broken
        found = read_header(memoryview(checked(binary)), 0)
        assert found is None or found.size > 2**80, broken
    assert read_header(head, 100) is None
    assert read_header(head[:511], 0) is None


def test_own_header_is_the_last_of_a_member() -> None:
    data = pax({"path": "long"}) + entry("short", b"x")
    header = own_header(memoryview(data), 0)
    assert header is not None
    assert header.name == "short"
    assert own_header(memoryview(pax({"a": "b"}) * 20 + entry("x")), 0) is None
    assert own_header(memoryview(b""), 0) is None


def test_next_header_is_found_at_blocks_only(new_budget: MakeBudget) -> None:
    view = memoryview(END + entry("a") + END)
    assert find_header(view, 0, new_budget()) == 1024
    assert find_header(view, 1024, new_budget()) is None
    assert find_header(memoryview(END + b"x" + entry("a")), 0, new_budget()) is None
    assert find_header(memoryview(b"x" * 5000), 0, new_budget()) is None


@given(st.integers(0, len(TRICK)), st.binary(min_size=1, max_size=600))
def test_any_damage_is_survived(run: Examine, at: int, noise: bytes) -> None:
    """A program that lies there untouched is found, or there is a gap."""
    data = NOTES[:1536] + TRICK
    found = run(data[:at] + noise + data[at + len(noise) :], name="a.tar")
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}


def test_sparse_members(run: Examine, findings: Findings) -> None:
    data = sparse("photo.jpg", 0, PE, len(PE) + 5000) + END
    assert findings(run(data)) == {EXECUTABLE, "disguise.extension"}


@pytest.mark.parametrize("kind", list("DxgXLKA"))
def test_what_some_readers_take_for_a_file_is_one(
    run: Examine, findings: Findings, kind: str
) -> None:
    """Lists of folders, and extensions of others, that hold something else."""
    data = entry("photo.jpg", PE, kind=kind.encode()) + entry("a.txt", b"text") + END
    found = run(data)
    assert findings(found) >= {"archive.executable?", "disguise.extension"}
    assert found.types is not None
    assert len(found.types.children) == 2


@pytest.mark.parametrize("kind, body", [("g", b"11 a=comment\n"), ("A", b"3000003\0user::rwx\0")])
def test_extensions_as_they_should_be_are_none(run: Examine, kind: str, body: bytes) -> None:
    found = run(entry("x", body, kind=kind.encode()) + entry("a.txt", b"text") + END)
    assert found.types is not None
    assert [node.name for node in found.types.children] == ["a.txt"]


def test_a_last_extension_is_a_gap(run: Examine, findings: Findings) -> None:
    data = entry("a.txt", b"text") + entry("a.exe", PE, kind=b"A") + END
    assert findings(run(data)) & {"unscanned.malformed", "archive.executable?"}
