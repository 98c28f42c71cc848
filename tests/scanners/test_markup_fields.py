"""Fields of XML and HTML: found without a parser, read as one would read them."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanners.base64_runs import SHORTEST
from scanners.markup_fields import _TEXT, _VALUE, long_fields, needs_reading, read

LONG = b"QUJD" * 30
PLAIN = re.compile(_VALUE + b"|" + _TEXT)
"""Finds the short ones, too, one by one."""
PIECES = [
    *(b"< > = \" ' <!-- --> <![CDATA[ ]]> <? ?> <p> </p> =' &#65; <!x ! ? x -".split()),
    *(b" ", b"\n", b'a="', b"a" * 40, b"a" * (SHORTEST - 1), b"a" * SHORTEST, b"a" * 99),
]
FIELDS = {
    "element": (b"<a><b>" + LONG + b"</b></a>", [LONG]),
    "attribute": (b'<a b="' + LONG + b"\" c='" + LONG + b"'/>", [LONG, LONG]),
    "lines": (b"<a>\n" + LONG.replace(b"DQ", b"D\n  Q") + b"</a>", [LONG]),
    "comments": (b"<a>" + LONG.replace(b"DQ", b"D<!-- -x <b> > -->Q") + b"</a>", [LONG]),
    "sections": (b"<a><![CDATA[" + LONG.replace(b"DQ", b"D]]><![CDATA[Q") + b"]]></a>", [LONG]),
    "instructions": (b"<a>" + LONG.replace(b"DQ", b"D<?x y?>Q") + b"</a>", [LONG]),
    "references": (b"<a>" + LONG.replace(b"Q", b"&#81;").replace(b"U", b"&#x55;"), [LONG]),
    "names of signs": (b'<a b="' + LONG + b"&plus;&sol;&equals;" + b'">', [LONG + b"+/="]),
    "short": (b"<a>" + LONG[:80] + b'</a><b c="' + LONG[:80] + b'">', []),
    "section that never ends": (b"<a>" + LONG + b"<![CDATA[" + LONG, [LONG]),
}


def _read(document: bytes) -> list[bytearray]:
    view = memoryview(document)
    return [read(view[start:end]).translate(None, b" \r\n") for start, end in long_fields(view)]


@pytest.mark.parametrize("document, fields", FIELDS.values(), ids=FIELDS)
def test_fields(document: bytes, fields: list[bytes]) -> None:
    assert _read(document) == fields


def test_reference_beyond_ascii_is_foreign_to_base64() -> None:
    assert read(memoryview(b"A&#228;&#x41;&#0;&unknown;")) == b"A?A\0&unknown;"


def test_plain_text_needs_no_reading() -> None:
    assert not needs_reading(memoryview(LONG))
    assert needs_reading(memoryview(b"a&#65;"))


@pytest.mark.parametrize(
    "piece",
    [
        b">",
        b"=",
        b"=  ",
        b'="',
        b"><",
        b">a</",
        b"<!--",
        b"><!--",
        b"<!--x-",
        b"<![CDATA[",
        b"]",
        b"<?",
        b"<!---->",
        b"=\"='",
        b"&#65",
    ],
)
def test_hostile_documents_are_quick(piece: bytes) -> None:
    document = b"<a>" + piece * (2_000_000 // len(piece))
    start = time.process_time()
    _read(document)
    assert time.process_time() - start < 5


@given(st.text(alphabet="<>!-[]CDAT?&#;x6'\"= ", max_size=400).map(str.encode))
def test_any_text(document: bytes) -> None:
    ends = [0]
    for start, end in long_fields(memoryview(document)):
        assert ends[-1] <= start < end <= len(document)
        ends.append(end)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(b"".join))
@example(b">" + b"a" * (SHORTEST - 1) + b"<")
@example(b"<p>" * 300 + b"=  '" + b"a" * SHORTEST)
def test_what_is_passed_over_is_short(document: bytes) -> None:
    fields = [match.span(match.lastindex or 0) for match in PLAIN.finditer(document)]
    long = [(start, end) for start, end in fields if end - start >= SHORTEST]
    assert list(long_fields(memoryview(document))) == long
