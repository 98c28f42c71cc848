"""ISO 9660: all trees of names count, each content once."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samples import builders
from samples.packing import iso_of
from scanners.budget import Budget
from scanners.model import Examination, Reason

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]
PE = builders.pe()
NOTES = {"a.txt": b"hello " * 100, "b.txt": b"b"}
EXECUTABLE, DOUBLE = "archive.executable?", "disguise.double_extension"
MALFORMED = "unscanned.malformed"


def _names(found: Examination) -> list[str]:
    assert found.types is not None
    return [child.name for child in found.types.children]


def test_two_trees_of_the_same_files(run: Examine, said: Findings) -> None:
    budget_bytes = iso_of({**NOTES, "tool.exe": PE})
    found = run(budget_bytes)
    assert _names(found) == ["a.txt", "b.txt", "tool.exe"]
    assert said(found) == {EXECUTABLE}
    assert found.extracted == ()


def test_each_content_is_paid_for_once(run: Examine, new_budget: MakeBudget) -> None:
    budget = new_budget(size=601, members=3)
    assert run(iso_of(NOTES), budget=budget).unscanned == ()
    assert (budget.bytes_left, budget.members_left) == (0, 0)


@pytest.mark.parametrize("seen", [0, 1])
def test_what_only_one_tree_shows_is_found(run: Examine, said: Findings, seen: int) -> None:
    trees = [NOTES, {**NOTES, "photo.jpg.exe": PE}]
    found = run(iso_of(trees[seen], trees[1 - seen]))
    assert said(found) == {EXECUTABLE, DOUBLE}
    assert [bytes(one.view) for one in found.extracted] == [PE]


def test_one_content_under_two_names(run: Examine, said: Findings) -> None:
    found = run(iso_of({"setup.exe": PE}, {"photo.jpg.exe": PE}))
    assert said(found) == {EXECUTABLE, DOUBLE}
    assert len(_names(found)) == 1
    assert found.extracted == ()


def test_other_trees_cost_members_too(run: Examine, new_budget: MakeBudget) -> None:
    many = {f"f{number}.txt": b"%d" % number for number in range(20)}
    found = run(iso_of(NOTES, many), budget=new_budget(members=22))
    assert {gap.reason for gap in found.unscanned} == {Reason.TOO_MANY}


@pytest.mark.parametrize("size", [33_000, 36_000, 44_000])
def test_cut_image_is_a_gap(run: Examine, said: Findings, size: int) -> None:
    assert said(run(iso_of(NOTES)[:size])) == {MALFORMED}


TOOLS = {
    "plain": ("genisoimage", "-quiet"),
    "Joliet": ("genisoimage", "-quiet", "-J"),
    "Rock Ridge": ("genisoimage", "-quiet", "-R"),
    "both": ("genisoimage", "-quiet", "-J", "-R"),
    "xorriso": ("xorriso", "-as", "mkisofs", "-quiet", "-J"),
    "level 4": ("genisoimage", "-quiet", "-iso-level", "4"),
}


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_what_tools_make(
    tmp_path: Path, run: Examine, said: Findings, tool: tuple[str, ...]
) -> None:
    source = tmp_path / "source"
    (source / "folder").mkdir(parents=True)
    (source / "folder" / "photo.jpg").write_bytes(PE)
    (source / "a long name of a text.txt").write_bytes(b"text " * 1000)
    (source / "empty.txt").write_bytes(b"")
    (source / "again.txt").hardlink_to(source / "a long name of a text.txt")
    subprocess.run([*tool, "-o", "a.iso", "source"], cwd=tmp_path, check=True, capture_output=True)
    found = run((tmp_path / "a.iso").read_bytes(), name="a.iso")
    assert said(found) == {EXECUTABLE, "disguise.extension"}
    assert found.extracted == ()
    listed = subprocess.run(
        ["bsdtar", "-tf", "a.iso"], cwd=tmp_path, capture_output=True, check=True, text=True
    ).stdout.split("\n")
    assert set(_names(found)) <= set(listed)


def test_packed_files_of_linux_are_handed_out(tmp_path: Path, run: Examine) -> None:
    """zisofs: clamd sees the packed bytes only."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_bytes(b"text " * 20_000)
    subprocess.run(
        ["xorriso", "-outdev", "a.iso", "-zisofs", "level=9", "-map", "in", "/",
         "-set_filter_r", "--zisofs", "/", "--"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    found = run((tmp_path / "a.iso").read_bytes(), name="a.iso")
    assert b"text " * 20_000 in [bytes(one.view) for one in found.extracted]


def _in_two_parts(image: bytes, *places: str) -> bytes:
    """Make one file of A and B of the plain tree, whose parts lie where `places` do."""
    data = bytearray(image)
    records = {name: data.index(f"{name};1".encode()) - 33 for name in ("A", "B", *places)}
    extents = [data[records[place] + 2 : records[place] + 18] for place in places]
    for name, extent in zip("AB", extents, strict=True):
        data[records[name] + 2 : records[name] + 18] = extent
    data[records["A"] + 25] |= 0x80  # it goes on in the next record
    data[records["B"] + 33] = ord("A")
    return bytes(data)


PARTS = PE[:512].ljust(2048, b"\0"), PE[512:] + b"overlay" * 99


def test_parts_that_lie_apart_in_another_tree(run: Examine, said: Findings) -> None:
    plain = {"A": PARTS[0], "B": b"text " * 9, "C": PARTS[1]}
    found = run(_in_two_parts(iso_of(plain, {"b.txt": plain["B"]}), "A", "C"))
    assert said(found) == {EXECUTABLE}
    assert b"".join(PARTS) in [bytes(one.view) for one in found.extracted]


@pytest.mark.parametrize("joliet", [None, NOTES], ids=["beyond the end", "before what was read"])
def test_parts_that_are_passed_over_are_a_gap(
    run: Examine, said: Findings, joliet: dict[str, bytes] | None
) -> None:
    """libarchive reads none or one of the two, and warns; other readers read both."""
    image = iso_of({"A": PARTS[1], "B": PARTS[0]}, joliet)
    assert MALFORMED in said(run(_in_two_parts(image, "B", "A")))


@pytest.mark.parametrize("at", [128, 131, 2048 + 128])
def test_blocks_of_other_sizes_mislead_nobody(run: Examine, said: Findings, at: int) -> None:
    data = bytearray(iso_of({"photo.jpg.exe": PE}))
    data[32768 + at] ^= 1
    assert MALFORMED in said(run(bytes(data)))
