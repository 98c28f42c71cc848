"""What YARA-X refuses although libyara takes it, and what it says without need."""

import pytest
import yara

from scanners.rules.patterns import outline
from scanners.rules.records import Problem
from scanners.rules.second_opinion import MAX_WARNINGS, second_opinion


def opinions(source: str) -> list[Problem]:
    yara.compile(source=source, error_on_warning=True, includes=False)
    return list(second_opinion("yara/one.yar", source, outline(source)))


def rule(text: str, condition: str = "$a") -> str:
    return f"rule One {{\n strings:\n  $a = {text}\n condition:\n  {condition}\n}}"


@pytest.mark.parametrize(
    "source, line, problem, fix",
    [
        (rule("/foo{/"), 3, "invalid regular expression (E014)", "did you mean `\\{` instead"),
        (rule("/a\\Rbcd/"), 3, "invalid regular expression (E014)", "did you mean `\\\\R` instead"),
        (rule('"ab" base64'), 3, "invalid pattern `$a` (E024)", "at least 3 bytes long"),
        (
            rule('"needle"', "$a and for all i in (0..filesize) : (uint8(i) == 1)"),
            5,
            "potentially slow loop (potentially_slow_loop)",
            "this range can be very large",
        ),
        (rule('"needle" $b = "needle"', "any of them"), 3, "duplicate pattern value", "`$a`"),
    ],
)
def test_what_only_yara_x_refuses(source: str, line: int, problem: str, fix: str) -> None:
    (said,) = opinions(source)
    assert (said.file, said.line, said.rule) == ("yara/one.yar", line, "One")
    assert f"YARA-X: {problem}" in said.problem
    assert fix in said.fix


def test_what_both_take() -> None:
    assert opinions(rule('"needle" ascii wide nocase', "uint16(0) == 0x5A4D and $a")) == []


@pytest.mark.parametrize(
    "source",
    [
        rule("{ 6e 65 65 64 6c 65 }"),
        rule('"needle" $a_1 = "thread"', "all of ($a*) and 1 of ($a, $a_1)"),
    ],
)
def test_what_is_no_fault_here(source: str) -> None:
    assert opinions(source) == []


def test_warnings_are_counted_but_not_without_end() -> None:
    names = [f"$a{number}" for number in range(MAX_WARNINGS * 2)]
    texts = " ".join(f'{name} = "needle"' for name in names)
    source = f"rule One {{ strings: {texts} condition: any of them }}"
    assert len(opinions(source)) == MAX_WARNINGS
