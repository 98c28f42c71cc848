"""Digits of objects are gathered however they are scattered."""

import time

import pytest

from scanners.budget import Budget
from scanners.documents.rtf_reader import MAX_OBJECTS, MAX_OPEN, Piece, pieces
from scanners.errors import ContentTooLarge, DeadlinePassed, TooManyMembers

DATA = bytes(range(48, 58)) * 3
DIGITS = DATA.hex().encode()


def _budget(seconds: float = 20, size: int = 1 << 26) -> Budget:
    return Budget(time.monotonic() + seconds, size, 100, 8)


def _pieces(data: bytes, seconds: float = 20, size: int = 1 << 26) -> list[Piece]:
    return list(pieces(memoryview(data), _budget(seconds, size)))


HALF = DIGITS[:20], DIGITS[20:]
SCATTERED = [
    b"%b%b" % HALF,
    b"%b\r\n \t%b" % HALF,
    DIGITS.upper(),
    b" ".join(DIGITS[at : at + 1] for at in range(len(DIGITS))),
    b"%b{}%b" % HALF,
    b"%b{\\par}{{}}%b" % HALF,
    b"{%b}{{%b}}" % HALF,
    b"%b\\par123 %b" % HALF,
    b"%b\\mac0000000000%b" % (HALF[0], b" " + HALF[1]),
    b"%b{\\*\\unknown 414141 {4141}}%b" % HALF,
    b"%b\\'41%b" % HALF,
    b"%bxyz!%b" % HALF,
    b"%b\\bin10 %b" % (DIGITS[:40], DATA[20:]),
    b"%b\\bin0 %b" % HALF,
    b"%b\\bin-5 %b" % HALF,
    b"%b\\~\\-\\_%b" % HALF,
]


@pytest.mark.parametrize("digits", SCATTERED)
def test_digits_are_gathered(digits: bytes) -> None:
    (found,) = _pieces(b"{\\rtf1{\\object\\objemb{\\*\\objdata %b}}}" % digits)
    assert found.readings[0] == DATA


def test_readers_differ_over_escaped_characters_and_ignored_groups() -> None:
    (found,) = _pieces(b"{\\object{\\objdata 41\\'4243{\\*\\x 44}}")
    assert set(found.readings) == {b"AC", b"ABCD", b"ABC"}
    (odd,) = _pieces(b"{\\object{\\objdata 4\\'421 4243}")
    assert b"BC" in {reading[-2:] for reading in odd.readings}


def test_class_and_manners_stand_before_the_data() -> None:
    data = (
        b"{\\object\\objemb\\objw5{\\*\\objclass Old}{\\objdata 41}}"
        b"{\\object\\objautlink\\objupdate{\\*\\objclass Word.Document.8}{\\*\\objdata0 42}}"
    )
    first, second = _pieces(data)
    assert (first.class_name, second.class_name) == ("Old", "Word.Document.8")
    assert {"objautlink", "objupdate"} <= second.words
    assert "objemb" not in second.words


def test_objects_within_objects_are_read_apart() -> None:
    data = b"{\\objdata 41{\\*\\objdata 42{\\*\\objdata 43}}44}{\\objdata 45}"
    assert [piece.readings[0] for piece in _pieces(data)] == [b"C", b"B", b"AD", b"E"]


@pytest.mark.parametrize("depth", [MAX_OPEN + 1, 40])
def test_the_innermost_of_many_objects_is_read_and_cut_ones_are_told(depth: int) -> None:
    nest = b"{\\objdata 41" * (depth - 1) + b"{\\objdata 4243" + b"}" * depth
    found: list[Piece] = []
    with pytest.raises(TooManyMembers):
        found.extend(pieces(memoryview(nest + b"{\\objdata 45}"), _budget()))
    readings = [piece.readings[0] for piece in found]
    assert (len(readings), readings.count(b"BC"), readings[-1]) == (depth + 1, 1, b"E")
    whole = b"{\\objdata 41" * MAX_OPEN + b"}" * MAX_OPEN
    assert [piece.readings[0] for piece in _pieces(whole)] == [b"A"] * MAX_OPEN


def test_an_object_without_an_end() -> None:
    (found,) = _pieces(b"{\\rtf1{\\objdata 4142")
    assert found.readings == (b"AB",)


@pytest.mark.parametrize(
    "group, kind, text",
    [
        (b"{\\*\\template https://files.example/a.dot}", "template", "https://files.example/a.dot"),
        (b"{\\*\\template C:\\\\a\\'e9.dot}", "template", "C:\\aé.dot"),
        (b'{\\*\\fldinst {\\b HYPER}{\\i LINK "x"}}', "fldinst", 'HYPERLINK "x"'),
        (b"{\\*\\fldinst \\u68 D\r\nDE\\{a\\}}", "fldinst", "DDDE{a}"),
    ],
)
def test_texts(group: bytes, kind: str, text: str) -> None:
    (found,) = _pieces(b"{\\rtf1{\\field" + group + b"{\\fldrslt x}}}")
    assert (found.kind, found.text) == (kind, text)


def test_words_that_only_begin_alike_are_others() -> None:
    assert _pieces(b"{\\rtf1 objdata \\objdatax 41 {\\templates x}}") == []


def test_work_is_bounded() -> None:
    with pytest.raises(ContentTooLarge):
        _pieces(b"{\\objdata 41}" * (MAX_OBJECTS + 1))
    with pytest.raises(ContentTooLarge):
        _pieces(b"{\\objdata " + DIGITS * 100, size=100)
    with pytest.raises(DeadlinePassed):
        _pieces(b"\\fldinst x", seconds=-1)
    began = time.process_time()
    with pytest.raises(ContentTooLarge):
        _pieces(b"{\\*\\objdata}" * 20_000)
    assert time.process_time() - began < 5
