"""Members that analysts know: by name, size and CRC, any of which may be open."""

from pathlib import Path

import pytest

from scanners.known_members import KnownMembers, read_known_members

LIST = """\
# a comment
photo*.scr  94208  1C291CA3  Worm.All
*.pif       *      *         Worm.Name
notes.txt   10     *         Worm.Size
*           7      0x00000001  Worm.Renamed
two?words   *      *         Worm.Blank
"""


def _read(folder: Path, text: str) -> KnownMembers:
    path = folder / "members.txt"
    path.write_text(text)
    return read_known_members(path)


@pytest.mark.parametrize(
    "name, size, checksum, label",
    [
        ("Photo1.SCR", 94208, 0x1C291CA3, "Worm.All"),
        ("folder/photo1.scr", 94208, 0x1C291CA3, "Worm.All"),
        ("photo1.scr", 94208, 0x1C291CA4, ""),
        ("photo1.scr", 94209, 0x1C291CA3, ""),
        ("photo1.scr", 94208, None, ""),
        ("photo1.scr.txt", 94208, 0x1C291CA3, ""),
        ("a.pif", None, None, "Worm.Name"),
        ("a.pif.", 1, 1, "Worm.Name"),
        ("notes.txt", 10, 99, "Worm.Size"),
        ("notes.txt", 11, 99, ""),
        ("whatever", 7, 1, "Worm.Renamed"),
        ("whatever", 7, 0, ""),
        ("two words", None, None, "Worm.Blank"),
    ],
)
def test_lines(
    tmp_path: Path, name: str, size: int | None, checksum: int | None, label: str
) -> None:
    assert _read(tmp_path, LIST).label([name], size, checksum) == label


def test_any_of_the_names_counts(tmp_path: Path) -> None:
    assert _read(tmp_path, LIST).label(["a.txt", "a.pif"]) == "Worm.Name"


def test_no_file_is_an_empty_list(tmp_path: Path) -> None:
    assert read_known_members(tmp_path / "none.txt").label(["a.pif"]) == ""


@pytest.mark.parametrize(
    "line",
    ["a.exe 1 *", "a.exe x * L", "a.exe -1 * L", "a.exe ١ * L", "a.exe 1 123 L", "a.exe 1 * a/b",
     "* * * L", "*? 1 * L", "* * 00000000 L", "a b.exe 1 * L"],
)  # fmt: skip
def test_wrong_lines_are_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(ValueError, match=r"members\.txt:2: "):
        _read(tmp_path, f"# comment\n{line}\n")


def test_a_hostile_name_costs_no_time(tmp_path: Path) -> None:
    known = _read(tmp_path, f"{'*a' * 30}b * * L\n")
    assert known.label(["a" * 1024]) == ""
