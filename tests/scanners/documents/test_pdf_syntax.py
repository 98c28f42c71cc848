"""Objects of PDF are read as viewers read them, and no bytes at all raise anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.documents.pdf_syntax import (
    MAX_DEPTH,
    MAX_TOKENS,
    Name,
    Reference,
    Value,
    name_of,
    parse,
    text_of,
)

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


def test_depth_and_length_are_bounded() -> None:
    value, _ = parse(b"[" * 100_000, 0)
    depth = 0
    while isinstance(value, list) and value:
        value, depth = value[0], depth + 1
    assert depth < MAX_DEPTH
    many, _ = parse(b"[" + b"1 " * (2 * MAX_TOKENS), 0)
    assert isinstance(many, list)
    assert len(many) < MAX_TOKENS


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
    _, end = parse(data, 0)
    assert 0 <= end <= len(data)
