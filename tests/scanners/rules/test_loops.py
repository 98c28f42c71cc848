"""Loops: what the content decides is refused, and constants are counted, nested ones multiplied."""

import pytest
import yara

from scanners.rules.folders import rule_conditions
from scanners.rules.loops import loop_faults

CONTENT = "the content says how many steps a loop takes"
TEXTS = '$a = "needle" $b = "thread"'


def faults(condition: str) -> list[str]:
    used = f"any of them and ({condition})"
    source = f'import "pe" rule One {{ strings: {TEXTS} condition: {used} }}'
    yara.compile(source=source, includes=False)
    return [problem for problem, _ in loop_faults(rule_conditions(source)["One"], 2)]


@pytest.mark.parametrize(
    "condition, said",
    [
        ("for any i in (0..uint32(0)) : (uint8(i) == 7)", CONTENT),
        ("for any i in (0..filesize) : (uint8(i) == 7)", CONTENT),
        ("for any i in (1..#a) : (@a[i] > 7)", CONTENT),
        ("for any i in (0..(@a[1] + 9)) : (uint8(i) == 7)", CONTENT),
        ("for 2 of them : (for any i in (0..filesize) : (@ > i))", CONTENT),
        ("for #a in (0..9) i in (0..uint32(0)) : (uint8(i) == 7)", CONTENT),
        ("for any i in (0..10000) : (uint8(i) == 7)", "its loops take 10,001 steps"),
        ("for any i in (1..0x100000) : (i > 7)", "its loops take 1,048,576 steps"),
        ("for any i in (1..1MB) : (i > 7)", "its loops take 1,048,576 steps"),
        (
            "for any i in (1..200) : (for any j in (1..200) : (i + j == uint8(0)))",
            "its loops take 40,000 steps",
        ),
        (
            "for any i in (1..9000) : (i > 7) or for any j in (1..9000) : (j > 7)",
            "its loops take 18,000 steps",
        ),
        (
            "for any s in pe.sections : (for any t in pe.sections : (s.name == t.name))",
            "its loops take 100,000,000 steps",
        ),
    ],
)
def test_what_is_refused(condition: str, said: str) -> None:
    assert faults(condition) == [said]


@pytest.mark.parametrize(
    "condition",
    [
        "for any i in (0..9999) : (uint8(i) == 7)",
        "for any i in (1, #a, uint8(9)) : (i > 7)",
        "for all of them : (@ < 100)",
        "for any of ($a, $b) : (for any i in (1..99) : (@[i] < 7))",
        "for any s in pe.sections : (s.number_of_relocations == 7)",
        "$a in (0..filesize)",
        "#a in (0..uint32(0)) > 3",
    ],
)
def test_what_is_not(condition: str) -> None:
    assert faults(condition) == []


@pytest.mark.parametrize("name", ["hash.md5", "math.entropy"])
def test_what_reads_the_whole_content_at_each_step_is_refused(name: str) -> None:
    (found,) = loop_faults(f"for any i in (0..99) : ({name}(i, filesize) == 1)", 0)
    assert "hash or math" in found[0]


@pytest.mark.parametrize("condition", [None, "for any i in (0..9) :", "for", "for any i in (0..9"])
def test_what_cannot_be_read_is_refused(condition: str | None) -> None:
    (found,) = loop_faults(condition, 0)
    assert "cannot be read" in found[0]
