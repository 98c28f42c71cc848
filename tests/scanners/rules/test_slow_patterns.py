"""Dear patterns that both engines take, each with its line; and near misses."""

import pytest

from scanners.rules.patterns import outline
from scanners.rules.slow_patterns import slow_patterns


def faults(text: str) -> list[tuple[int, str, str]]:
    source = f"rule One {{\n strings:\n  {text}\n condition: any of them }}"
    return [(one.line, one.rule, one.problem) for one in slow_patterns("f", outline(source))]


@pytest.mark.parametrize(
    "text, problem",
    [
        ('$a = "abc"', "$a has less than 4 bytes: slow everywhere"),
        (r'$a = "\x00\x01\n"', "$a has less than 4 bytes: slow everywhere"),
        ('$a = "a" wide', "$a has less than 4 bytes: slow everywhere"),
        ('$a = "ab" ascii wide', "$a has less than 4 bytes: slow everywhere"),
        ('$a = "needle" xor', "$a is looked for under 256 keys: slow everywhere"),
        ('$a = "needle" xor(1-0x20)', "$a is looked for under 32 keys: slow everywhere"),
        (
            "$a = { 00 00 00 00 7? 20 }",
            "$a has no two different fixed bytes in a row: slow where they repeat",
        ),
        (
            "$a = { 4D ?? 5A [2-4] 41 }",
            "$a has no two different fixed bytes in a row: slow where they repeat",
        ),
        (
            "$a = /qwertz(.{1,99}e){1,20}x/s",
            "$a repeats what repeats itself: no deadline holds for it",
        ),
        (
            "$a = /qwertz(.{1,400}e){3}x/s",
            "$a repeats in 1200 ways, and 1000 are the most: it stops scans",
        ),
        (
            "$a = /qwertz.*tra.+x/",
            "$a takes anything without end twice: slow where the first part repeats",
        ),
    ],
)
def test_what_is_slow(text: str, problem: str) -> None:
    assert faults(text) == [(3, "One", problem)]


@pytest.mark.parametrize(
    "text",
    [
        '$a = "abcd"',
        '$a = "ab" wide',
        '$a = "é é"',
        '$a = "needle" xor(0x01-0x10)',
        '$a = "needle" xor(7)',
        "$a = { 4D 5A ?? 00 }",
        "$a = { 00 00 00 01 }",
        "$a = /MSVBVM[56]0/",
        r"$a = /port ([0-9]{1,3}\.){3}[0-9]{1,3} .*[a-z]+/",
    ],
)
def test_what_is_not(text: str) -> None:
    assert faults(text) == []


def test_an_expression_in_a_condition_is_read_too() -> None:
    source = 'import "pe"\nrule One { condition: pe.dll_name matches /x(\\w+a)+y/ }'
    (problem,) = slow_patterns("f", outline(source))
    assert (problem.line, problem.rule) == (2, "One")
    assert problem.problem.startswith("$matches repeats what repeats itself")


@pytest.mark.parametrize("module", ["console", "time", "tests"])
def test_modules_that_have_no_place(module: str) -> None:
    source = f'import "pe"\nimport "{module}"\nrule One {{ condition: true }}'
    (problem,) = slow_patterns("f", outline(source))
    assert (problem.line, problem.rule) == (2, "")
    assert problem.problem.startswith(f"the module {module} is refused: ")
