"""The first look: it misses nothing that a rule matches, and few bytes begin what it looks for."""

import re

import pytest
import yara
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.rules.first_look import first_look

TWO = '$a = "needles in haystacks" ascii wide\n$b = "camels" nocase'


def rule(condition: str, strings: str = TWO, name: str = "One") -> str:
    return f"rule {name} {{ strings: {strings} condition: {condition} }}\n"


def looked_for(source: str) -> str:
    """Return the rules of the first look with their texts spelled out."""
    return re.sub(
        r"\\x(..)", lambda code: chr(int(code[1], 16)), first_look({"one": source})["one"]
    )


def part(source: str) -> str:
    return looked_for(source).rpartition("condition: ")[2].removesuffix(" }")


def matches(source: str, data: bytes) -> bool:
    return bool(yara.compile(source=source, error_on_warning=True).match(data=data))


@pytest.mark.parametrize(
    "condition, expected",
    [
        ("uint16(0) == 0x5A4D and filesize < 1MB and any of them and #a > 2", "any of them"),
        ("$a and $b", "$a"),
        ("#a > 2 and $b and $a", "$b"),
        ("(2 of ($a*, $b) or $b) and filesize > 3", "(2 of ($a*, $b) or $b)"),
        ("filesize > 3 and all of ($*)", "all of ($*)"),
    ],
)
def test_the_first_part_that_counts_texts_is_looked_for(condition: str, expected: str) -> None:
    assert part(rule(condition)) == expected


def test_only_the_texts_of_that_part_are() -> None:
    assert '$b = "camels" nocase' in looked_for(rule("$b and $a"))
    assert "$a" not in looked_for(rule("$b and $a"))
    strings = '$a1 = "needle" $a2 = "thread" $b = "camels"'
    assert looked_for(rule("1 of ($a*) and $b", strings)).count('"') == 4


@pytest.mark.parametrize(
    "source",
    [
        rule("$a or $b"),
        rule("$a at 0 and $b in (0..9)"),
        rule("not $a and #b > 1"),
        rule("for any of them : ( # > 2 )"),
        rule("none of them"),
        rule("0 of them"),
        rule("(any of them or 0 of them)"),
        rule("filesize < 9", "").replace("strings:", ""),
        "private "
        + rule("filesize < 9", "", "Part").replace("strings:", "")
        + rule("Part and $a and $b"),
    ],
)
def test_what_is_not_plain_is_looked_for_as_it_stands(source: str) -> None:
    yara.compile(source=source)
    assert first_look({"one": source}) == {"one": source}


@pytest.mark.parametrize(
    "declared",
    [
        '$a = "needles in haystacks" xor(1-9)',
        '$a = "needles in haystacks" base64',
        "$a = /needles (in|on) haystacks/ nocase",
        "$a = { 6E 65 65 64 [2-4] 73 }",
    ],
)
def test_texts_that_stand_in_other_forms_are_left_whole(declared: str) -> None:
    assert declared in looked_for(rule("$a", declared))


@pytest.mark.parametrize(
    "strings, data",
    [
        ('$a /* = "no" */ = "needles" /* so */ nocase', b"NEEDLES"),
        ('$a = // "no"\n "needles" // ascii\n wide', "needles".encode("utf-16-le")),
        ('$a = "needles in haystacks" fullword', b"<needles in haystacks>"),
        ('$a = "needles" private', b"needles"),
        (r'$a = "\"\\\t\xff\x00 needles"', b'"\\\t\xff\0 needles'),
        ('$a = "né"', "né".encode()),
        (r'$a = /head\/"/ $b = "bird" $c = "/tail"', b"bird"),
        ('$ = "needles" $ = "camels"', b"camels"),
        ('$a = "      x      "', b"      x      "),
    ],
)
def test_however_it_is_written_nothing_is_missed(strings: str, data: bytes) -> None:
    source = rule("any of them", strings)
    assert matches(source, data)
    assert matches(first_look({"one": source})["one"], data)


def test_few_bytes_begin_all_texts() -> None:
    texts = [
        "he is under the axle",
        "look at my axes",
        "my relaxed mood",
        "wax will cost you",
        "axolotls are here",
    ]
    strings = "\n".join(f'$t{number} = "{text}"' for number, text in enumerate(texts))
    pieces = re.findall('"(.*?)"', looked_for(rule("any of them", strings)))
    assert len({piece[0] for piece in pieces}) <= 3
    assert all(piece in text for piece, text in zip(pieces, texts, strict=True))


TEXTS = st.lists(st.text("abAB. _!", min_size=4, max_size=30), min_size=1, max_size=4)
MODIFIERS = st.sampled_from(["", "nocase", "wide", "ascii wide", "fullword", "ascii wide nocase"])


@settings(max_examples=150)
@given(TEXTS, MODIFIERS, st.integers(0, 3), st.sampled_from(["1 of them", "all of them", "$t0"]))
def test_whatever_a_rule_matches_is_seen(
    texts: list[str], modifiers: str, missing: int, condition: str
) -> None:
    declared = "\n".join(f'$t{at} = "{text}" {modifiers}' for at, text in enumerate(texts))
    condition = f"filesize > 0 and {condition} and any of them"
    source = rule(condition, declared)
    data = "<".join(texts[missing:]).swapcase() + "<" + "<".join(texts[missing:])
    for content in (data.encode(), data.encode("utf-16-le")):
        found = yara.compile(source=source).match(data=content)
        seen = yara.compile(source=first_look({"one": source})["one"]).match(data=content)
        assert seen or not found


@pytest.mark.parametrize("condition", ["(1) and any of them", "1 and $a and $b"])
def test_a_number_alone_is_no_part_to_look_for(condition: str) -> None:
    look = first_look({"one": rule(condition)})["one"]
    assert yara.compile(source=look).match(data=b"needles in haystacks, camels")
