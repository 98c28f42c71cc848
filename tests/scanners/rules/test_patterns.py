"""Where rules and texts stand: lines, bytes between wildcards, and nothing out of comments."""

import pytest

from scanners.rules.patterns import outline

SOURCE = r"""import "pe"
// rule Ghost { strings: $x = "in a comment" }
/* import "time"
   rule Ghost2 */
rule One : tag {
    meta:
        description = "rule Two has $a = \"x\" /* no comment"
    strings:
        $a = "needle" ascii wide
        $b = { 4D 5A [4-10] (41 | 42 43) 7? ~44 45 /* } 99 */ 46 // } 98
               47 }
        $ = /ru"le [}]\/ Three/i
        $c = "\x00\xff\n\"\\" xor(0x01-0x0f)
    condition:
        any of them and filesize \ 2 > 1
}
private rule Four { condition: One and pe.is_pe }
"""


def test_rules_have_lines() -> None:
    found = outline(SOURCE)
    assert found.rules == ((5, "One"), (17, "Four"))
    assert found.modules == ((1, "pe"),)
    assert [found.line_of(name) for name in ("One", "Four", "Ghost", "On")] == [5, 17, 0, 0]


@pytest.mark.parametrize(
    "line, rule", [(1, ""), (4, ""), (5, "One"), (16, "One"), (17, "Four"), (99, "Four")]
)
def test_lines_belong_to_rules(line: int, rule: str) -> None:
    assert outline(SOURCE).rule_at(line) == rule


def test_patterns_have_lines_and_bytes() -> None:
    text, wild, regex, odd = outline(SOURCE).patterns
    assert (text.rule, text.name, text.line, text.runs) == ("One", "$a", 9, (b"needle",))
    assert text.modifiers.split() == ["ascii", "wide"]
    assert (wild.name, wild.line, wild.kind) == ("$b", 10, "hex")
    assert [run for run in wild.runs if run] == [b"MZ", b"A", b"BC", b"EFG"]
    assert (regex.name, regex.line, regex.kind, regex.runs) == ("$", 12, "regex", ())
    assert regex.declared == r'$ = /ru"le [}]\/ Three/i'
    assert (odd.name, odd.line, odd.runs) == ("$c", 13, (b'\x00\xff\n"\\',))
    assert odd.modifiers.strip() == "xor(0x01-0x0f)"


@pytest.mark.parametrize(
    "source",
    [
        *("", "rule", "/*" * 999, '"' * 999, "$a = {" * 999, "\\"),
        "$a = {" + " // aaaa\n" * 999,
        "$a = {" + " /* */ */" * 999,
        '$a = "b"' + " (" * 9999,
        '$a = "b"' + " " * 9999,
    ],
)
def test_nonsense_is_no_error(source: str) -> None:
    assert outline(source).rules == ()
