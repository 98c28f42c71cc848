"""Objects of PDF are read as viewers read them, and no bytes at all raise anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.documents.pdf_syntax import (
    MAX_STRING,
    MAX_TOKENS,
    Name,
    Reference,
    Value,
    name_of,
    parse,
    text_of,
)
from scanners.errors import ContentMalformed, TooManyMembers

CASES: list[tuple[bytes, Value]] = [
    (b"<< /A 1 /B (x) /C [1 2 R] >>", {"A": 1, "B": b"x", "C": [Reference(1)]}),
    (b"<</A 1 0 R/B/C>>", {"A": Reference(1), "B": Name("C")}),
    (b"[1 0 R 2 0 R 3]", [Reference(1), Reference(2), 3]),
    (b"12 0 R endobj", Reference(12)),
    (b"12 endobj", 12),
    (b"-3.5 endobj", 3),
    (b"/J#61v#61Script", Name("JavaScript")),
    (b"% a comment\n /A", Name("A")),
    (b"(a(b)c\\)\\n\\101\\\r\nd)", b"a(b)c)\nAd"),
    (b"(\\8\\q\\0)", b"8q\0"),
    (b"<41 4\n2 5>", b"ABP"),
    (b"<</A<</B[(x)]>>", {"A": {"B": [b"x"]}}),
    (b"<< 1 /A /B 2 /C >>", {"A": Name("B"), "C": None}),
    (b"<< /A true /B null >>", {"A": None, "B": None}),
    (b"(never closed", b"never closed"),
    (b"<< /X ] /A 1 >>", {"X": None, "A": 1}),
    (b"<< /X 1 ] /A 1 >>", {"X": 1, "A": 1}),
    (b"[1 >> 2]", [1, None, 2]),
    (b"] << /A 1 >>", {"A": 1}),
    (b"[1 2", [1, 2]),
    (b">> ] ) {", None),
    (b"", None),
]


@pytest.mark.parametrize("data, value", CASES)
def test_objects(data: bytes, value: Value) -> None:
    assert parse(data, 0)[0] == value
    assert parse(memoryview(b"xx" + data), 2)[0] == value


def test_where_an_object_ends() -> None:
    data = b"<< /A (x) >> stream"
    assert parse(data, 0)[1] == data.index(b" stream")


def test_what_lies_deep_hides_nothing_behind_it() -> None:
    value, _, failure = parse(b"<< /X " + b"[" * 9999 + b"]" * 9999 + b" /EF 1 >>", 0)
    assert isinstance(value, dict)
    assert (value["EF"], failure) == (1, None)


def test_what_is_not_read_to_its_end_says_so() -> None:
    many, _, failure = parse(b"[" + b"1 " * (2 * MAX_TOKENS), 0)
    assert isinstance(many, list)
    assert len(many) < MAX_TOKENS
    assert isinstance(failure, TooManyMembers)
    long = b"(" + b"x" * MAX_STRING
    assert isinstance(parse(long + b"y)", 0).failure, TooManyMembers)
    assert parse(long[:-1] + b")", 0).failure is None
    assert parse(b"(cut with the file", 0).failure is None
    assert isinstance(parse(b"<< /A endobj /B 1 >>", 0).failure, ContentMalformed)
    assert parse(b"/A endobj", 0).failure is None


@pytest.mark.parametrize(
    "value, text",
    [
        (b"\xfe\xff\0A\x20\x2e", "A\u202e"),
        (b"\xff\xfeA\0", "A"),
        (b"\xef\xbb\xbf\xc3\xa9", "é"),
        (b"\xe9", "é"),
        (Name("x"), "x"),
        (7, ""),
    ],
)
def test_texts(value: Value, text: str) -> None:
    assert text_of(value) == text


def test_names_keep_what_is_no_escape() -> None:
    assert name_of(b"A#4g#20") == "A#4g "


@given(st.binary(max_size=200) | st.text("<>[]()/\\#%1 R", max_size=200).map(str.encode))
def test_any_bytes_raise_nothing(data: bytes) -> None:
    end = parse(data, 0).end
    assert 0 <= end <= len(data)
