"""Disk images: every file is a child, a wrapping of one program is told, nothing is left unsaid."""

import subprocess
import time
from pathlib import Path

import pytest

from samples import builders
from samples.disk_images import (
    disk_image_specimens,
    dynamic_vhd,
    fat12,
    fixed_vhd,
    iso9660,
    mbr,
)
from samples.specimen import Specimen
from scanners.budget import Budget
from scanners.disk_images.container import DiskImageScanner
from scanners.kit import Kit
from scanners.model import Code, Content, DetectionLevel, Family, FileType, Reason, Report
from scanners.types.identify import TypeScanner
from scanners.types.table import TypeTable
from tests.scanners.disk_images.udf_images import Entry, udf_image

MANY = {"setup.exe": builders.pe(), "data.bin": b"data", "manual.pdf": builders.pdf()}


@pytest.fixture
def scanner(table: TypeTable) -> DiskImageScanner:
    return DiskImageScanner(Kit(table, TypeScanner(table).identify))


def _scan(scanner: DiskImageScanner, data: bytes, kind: str, members: int = 100) -> Report:
    budget = Budget(time.monotonic() + 20, 1 << 26, members, 8)
    file_type = FileType(kind, "x/y", Family.ARCHIVE)
    return scanner.scan(Content(memoryview(data), file_type=file_type), budget)


def _words(report: Report) -> set[str]:
    bad = (each for each in report.detections if each.level is DetectionLevel.SUSPICIOUS)
    return {each.name for each in bad}


def _names(report: Report) -> dict[str, bytes]:
    return {child.name: bytes(child.view) for child in report.children}


@pytest.mark.parametrize("specimen", disk_image_specimens(), ids=lambda each: each.name)
def test_specimens(scanner: DiskImageScanner, specimen: Specimen) -> None:
    report = _scan(scanner, specimen.data, specimen.name.rpartition(".")[2])
    bad = {each.code for each in report.detections if each.level is DetectionLevel.SUSPICIOUS}
    assert bad == set(specimen.expected) - {"container.shortcut"}
    assert report.unscanned == ()


@pytest.mark.parametrize(
    "data, kind",
    [
        (fat12(MANY), "img"),
        (mbr(fat12(MANY)), "img"),
        (fixed_vhd(fat12(MANY)), "vhd"),
        (dynamic_vhd(mbr(fat12(MANY)), 4096), "vhd"),
        (udf_image(*(Entry(name, data) for name, data in MANY.items())), "udf"),
        (mbr(udf_image(*(Entry(name, data) for name, data in MANY.items())), kind=7), "img"),
    ],
)
def test_files_are_children_that_clamd_gets(
    scanner: DiskImageScanner, data: bytes, kind: str
) -> None:
    report = _scan(scanner, data, kind)
    assert _names(report) == MANY
    assert all(child.hidden_from_clamav for child in report.children)
    assert (_words(report), report.unscanned) == (set(), ())
    (image,) = (each for each in report.detections if each.code is Code.CONTAINER_DISK_IMAGE)
    assert image.level is DetectionLevel.INFO


@pytest.mark.parametrize(
    "data, kind",
    [
        (fat12({"a.exe": builders.pe()}), "img"),
        (fat12({"a.js": b"text", "readme.txt": b"Open it."}), "img"),
        (udf_image(Entry("a.lnk", builders.lnk()), Entry("b.dll", builders.pe(), flags=1)), "udf"),
        (dynamic_vhd(fat12({"a.exe": builders.pe()}), 512), "vhd"),
        (iso9660({"A.EXE": builders.pe()}), "iso"),
        (iso9660({"A.LNK": builders.lnk(), "B.DLL": builders.pe()}, hidden=frozenset({"B.DLL"})),
         "iso"),
    ],
)  # fmt: skip
def test_a_wrapping_of_one_program(scanner: DiskImageScanner, data: bytes, kind: str) -> None:
    assert _words(_scan(scanner, data, kind)) == {"only_program"}


@pytest.mark.parametrize(
    "data, kind",
    [
        (fat12({"a.jpg": builders.jpeg()}), "img"),
        (fat12({}), "img"),
        (iso9660({"A.PDF": builders.pdf()}), "iso"),
        (iso9660({name.upper(): data for name, data in MANY.items()}), "iso"),
        (b"vhdxfile", "vhdx"),
        (b"koly", "dmg"),
    ],
)
def test_near_misses(scanner: DiskImageScanner, data: bytes, kind: str) -> None:
    report = _scan(scanner, data, kind)
    assert (_words(report), report.unscanned) == (set(), ())


def _bridge(tmp_path: Path, files: dict[str, bytes], *options: str) -> bytearray:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    command = ["genisoimage", "-quiet", "-udf", *options, "-o", f"{tmp_path}/a.iso", f"{folder}"]
    subprocess.run(command, check=True)
    return bytearray((tmp_path / "a.iso").read_bytes())


def test_a_disc_with_two_equal_trees_is_ordinary(scanner: DiskImageScanner, tmp_path: Path) -> None:
    report = _scan(scanner, bytes(_bridge(tmp_path, MANY, "-J")), "iso")
    assert (_words(report), report.children, report.unscanned) == (set(), (), ())


def test_a_program_in_one_tree_alone(scanner: DiskImageScanner, tmp_path: Path) -> None:
    only_udf = _bridge(tmp_path, MANY, "-hide", "setup.exe")
    report = _scan(scanner, bytes(only_udf), "iso")
    assert _words(report) == {"trees"}
    assert _names(report) == {"setup.exe": MANY["setup.exe"]}


def test_a_program_that_udf_does_not_show(scanner: DiskImageScanner, tmp_path: Path) -> None:
    # genisoimage makes UDF of the tree that it keeps for Joliet
    data = _bridge(tmp_path, MANY, "-hide-joliet", "setup.exe")
    assert _words(_scan(scanner, bytes(data), "iso")) == {"trees"}


def test_a_broken_tree_hides_no_program_of_the_other(scanner: DiskImageScanner) -> None:
    disc = iso9660({"A.EXE": builders.pe()})
    marks = b"".join((b"\0" + mark).ljust(2048, b"\1") for mark in (b"BEA01", b"NSR02"))
    report = _scan(scanner, disc[:0x8800] + marks + disc[0x8800 + len(marks) :], "iso")
    assert _words(report) == {"only_program"}
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]


def test_a_plain_tree_that_only_says_to_use_udf(scanner: DiskImageScanner, tmp_path: Path) -> None:
    names = [word for name in MANY for word in ("-hide", name)]
    data = bytes(_bridge(tmp_path, MANY | {"readme.txt": b"Use UDF."}, *names))
    report = _scan(scanner, data, "iso")
    assert (_words(report), set(_names(report))) == (set(), set(MANY))


def test_a_partition_that_cannot_be_read_is_a_gap_beside_others(scanner: DiskImageScanner) -> None:
    ext4 = b"\0" * 1024 + b"superblock".ljust(4096, b"\1")
    report = _scan(scanner, mbr(fat12(MANY), ext4, bytes(4096)), "img")
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]
    assert _names(report) == MANY


def test_a_superblock_far_behind_the_start_is_a_gap(scanner: DiskImageScanner) -> None:
    btrfs = bytes(65_600) + b"_BHRfS_M".ljust(4032, b"\1")
    report = _scan(scanner, mbr(fat12(MANY), btrfs), "img")
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]


def test_a_partition_for_swap_may_hold_files_and_need_not(scanner: DiskImageScanner) -> None:
    assert _names(_scan(scanner, mbr(fat12(MANY), kind=0x82), "img")) == MANY
    swap = mbr(bytes(4086) + b"SWAPSPACE2", kind=0x82)
    assert _scan(scanner, swap, "img").unscanned == ()


def test_a_table_that_ends_in_the_middle_is_a_gap_behind_the_files(
    scanner: DiskImageScanner,
) -> None:
    disk = bytearray(mbr(fat12(MANY)))
    disk[446 + 16 + 4] = 5  # an extended partition in which no table stands
    disk[446 + 16 + 8 : 446 + 16 + 12] = b"\2\0\0\0"
    report = _scan(scanner, bytes(disk), "img")
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]
    assert _names(report) == MANY


@pytest.mark.parametrize("pack", [fixed_vhd, dynamic_vhd])
def test_a_virtual_disk_that_states_no_size(scanner: DiskImageScanner, pack: "object") -> None:
    assert callable(pack)
    data = bytearray(pack(fat12(MANY)))
    for footer in (0, len(data) - 512) if pack is dynamic_vhd else (len(data) - 512,):
        data[footer + 48 : footer + 56] = bytes(8)
    report = _scan(scanner, bytes(data), "vhd")
    assert _names(report) == MANY
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]


def test_a_file_of_which_a_part_is_missing_is_a_gap(scanner: DiskImageScanner) -> None:
    report = _scan(scanner, fat12({"a.bin": b"x" * 3000})[:-4096], "img")
    assert [(gap.reason, gap.path) for gap in report.unscanned] == [(Reason.MALFORMED, ("a.bin",))]


def test_more_files_than_the_budget_allows(scanner: DiskImageScanner) -> None:
    report = _scan(scanner, fat12(MANY), "img", members=2)
    assert len(report.children) == 2
    assert [gap.reason for gap in report.unscanned] == [Reason.TOO_MANY]


def test_a_virtual_disk_without_sense_is_a_gap(scanner: DiskImageScanner) -> None:
    report = _scan(scanner, b"conectix" + bytes(600), "vhd")
    assert [gap.reason for gap in report.unscanned] == [Reason.MALFORMED]


def test_other_types_and_coded_bytes_are_left_alone(scanner: DiskImageScanner) -> None:
    budget = Budget(time.monotonic() + 20, 1 << 20, 100, 8)
    assert scanner.scan(Content(memoryview(fat12(MANY))), budget) == Report()
    image = FileType("img", "x/y", Family.ARCHIVE)
    coded = Content(memoryview(fat12(MANY)), file_type=image, codings=("gzip",))
    assert scanner.scan(coded, budget) == Report()
