"""Where rules are tried: conditions are read as YARA reads them, and doubt keeps nothing away."""

from pathlib import Path

import pytest
import yara

from scanners.rules.folders import (
    FOLDERS,
    folder_name,
    meets_demand,
    rule_conditions,
    rule_files,
    size_bound,
    unread_files,
)

PE = "uint16(0) == 0x5A4D"


def test_all_rule_files_are_read_linked_folders_included(tmp_path: Path) -> None:
    top = tmp_path / "yara"
    for name in ("b.yar", "a.yar", "other/c.yar", "other/deep/d.yar", "../elsewhere/e.yar"):
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("")
    (top / "tests").mkdir()
    (top / "tests" / "a.toml").write_text("")
    (top / "pe").symlink_to(tmp_path / "elsewhere")
    found = [path.relative_to(top).as_posix() for path in rule_files(top)]
    assert found == ["a.yar", "b.yar", "other/c.yar", "other/deep/d.yar", "pe/e.yar"]
    assert rule_files(tmp_path / "none") == []


@pytest.mark.parametrize("file, name", [("a", ""), ("pe/a", "pe"), ("pe/x/a", "pe/x")])
def test_folder_name(file: str, name: str) -> None:
    assert folder_name(file) == name


@pytest.mark.parametrize(
    "condition",
    [
        PE,
        f"{PE} and filesize < 2MB and 2 of them",
        f"filesize < 2MB and {PE}",
        "uint16( 0 )==0x5a4d and ($a or $b)",
        f"{PE}\nand not ($a or $b) and @a[1] > 5",
        f"{PE} and for any i in (1..#a) : (@a[i] > 5 or true)",
        f"{PE} and $or and $d_or",
    ],
)
def test_programs_only(condition: str) -> None:
    assert meets_demand(FOLDERS["pe"], condition)


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "true",
        "$a",
        f"{PE} or $a",
        f"$a or {PE}",
        f"{PE} and $a or $b",
        f"$a or {PE} and $b",
        f"({PE} or $a)",
        f"({PE}) and $a or $b",
        f"not {PE}",
        f"not {PE} and $a",
        "uint16(0) == 0x5A4D4 and $a",
        "uint16(0) != 0x5A4D and $a",
        "uint16(1) == 0x5A4D and $a",
        "uint16be(0) == 0x5A4D and $a",
        "uint16(0) == 0x5A4D | 1 and $a",
        "1 + uint16(0) == 0x5A4D and $a",
        "for any i in (0..1) : (uint16(0) == 0x5A4D and $a)",
    ],
)
def test_not_surely_programs_only(condition: str) -> None:
    assert not meets_demand(FOLDERS["pe"], condition)


@pytest.mark.parametrize(
    "condition, size",
    [
        ("filesize <= 128", 128),
        ("filesize < 128 and $a at 0", 127),
        ("$a and filesize<2KB", 2047),
        (f"{PE} and filesize < 4MB and ($a or $b)", 4 * 1024 * 1024 - 1),
        ("filesize < 9MB and filesize <= 1KB", 1024),
        ("filesize < 128 or $a", None),
        ("$a or $b and filesize < 128", None),
        ("(filesize < 128 or $a) and $b", None),
        ("not filesize < 128", None),
        ("filesize > 128", None),
        ("filesize != 128", None),
        ("filesize < 128 * 1024 and $a", None),
        ("filesize < 0x80 and $a", None),
        ("filesize < size and $a", None),
        ("1 + filesize < 128 and $a", None),
        ("$a", None),
        ("", None),
    ],
)
def test_size_bound(condition: str, size: int | None) -> None:
    assert size_bound(condition) == size


@pytest.mark.parametrize("start", ["uint16(0) != 0x5A4D", "$a", "uint16(0) != 0x5089"])
def test_a_demand_of_several_parts_is_met_by_all_of_them(start: str) -> None:
    assert not meets_demand(FOLDERS["script"], f"{start} and filesize < 64KB")
    parts = "uint16(0) != 0x5089 and uint16(0) != 0xD8FF and filesize < 64KB"
    assert meets_demand(FOLDERS["script"], f"uint16(0) != 0x5A4D and {parts}")
    assert not meets_demand(FOLDERS["script"], f"uint16(0) != 0x5A4D or {parts}")


def test_the_top_folder_demands_nothing() -> None:
    assert meets_demand(FOLDERS[""], "$a or $b")


DEMANDING = [name for name in FOLDERS if name]
CONTENTS = [
    *(b"", b"M", b"MZ", b"MZ\x90\0", b" MZ", b"ZM", b"mz"),
    *(b"L", b"L\0\0", b"L\0\0\0", b"L\0\0\0\x01\x14\x02\0", b"LNK\0", b"\0\0\0L"),
    *(b"@echo off", b"PK\x03\x04", b"\xff\xd8\xff\xe0", b"\x89PNG", b"\xff\xfea\0"),
]


@pytest.mark.parametrize("name", DEMANDING)
def test_what_people_are_told_to_write_is_taken(name: str) -> None:
    assert meets_demand(FOLDERS[name], f"{FOLDERS[name].demand} and $a")


@pytest.mark.parametrize("name", DEMANDING)
def test_a_folder_admits_all_that_its_demand_allows(name: str) -> None:
    rule = yara.compile(source=f"rule One {{ condition: {FOLDERS[name].demand} }}")
    for data in CONTENTS:
        if rule.match(data=data):
            assert FOLDERS[name].admits(memoryview(data)), data


@pytest.mark.parametrize("name", DEMANDING)
def test_a_folder_keeps_something_away(name: str) -> None:
    assert not all(FOLDERS[name].admits(memoryview(data)) for data in CONTENTS)


SOURCE = r"""
import "pe"  // rule No { condition: true }
/* rule Nor { condition: true } */
private rule One : tag { condition: true }
rule Two : rule_tag
{
    meta:
        description = "rule Three { condition: \\"none\\" }"
    strings:
        $condition = "condition: }"
        $rule = { 4D 5A ( 00 | 01 ) [2-4] // }
                  90 }
        $expression = /rule x{2,3} \/\* "condition: true }/ nocase
    condition:
        $condition and // or $rule
        ($rule /* or */ or $expression)
}
rule Four { condition: One and "a or b" contains "or" }
"""


def test_conditions_are_read_past_texts_comments_and_expressions() -> None:
    found = {name: " ".join(text.split()) for name, text in rule_conditions(SOURCE).items()}
    assert found == {
        "One": "true",
        "Two": "$condition and ($rule or $expression)",
        "Four": "One and contains",
    }


def test_a_file_that_no_set_takes_is_not_read_but_told(tmp_path: Path) -> None:
    for name in ("good.yar", "bad\x1bname.yar", "b d/c.yar", ".#editor.yar"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert rule_files(tmp_path) == [tmp_path / "good.yar"]
    assert unread_files(tmp_path) == [tmp_path / "b d/c.yar", tmp_path / "bad\x1bname.yar"]
