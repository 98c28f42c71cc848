"""Elements of markup: found in any dress that XML allows, in linear time."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.budget import Budget
from scanners.documents.markup import as_markup, elements

MakeBudget = Callable[..., Budget]

CASES = {
    "plain": ('<r Target="a">t</r>', ("a", "t")),
    "prefixed": ('<x:r x:Target="a">t</x:r>', ("a", "t")),
    "single quotes": ("<r Target='a'>t</r>", ("a", "t")),
    "blanks": ('<r \n Target =\t"a" >t</r>', ("a", "t")),
    "empty": ('<r Target="a"/>', ("a", "")),
    "escaped": ('<r Target="&#x61;&amp;">&lt;t&gt;</r>', ("a&", "<t>")),
    "a mark in a value": ('<r other=">" Target="a">t</r>', ("a", "t")),
    "comment in the text": ("<r Target='a'>t<!-- <r Target='b'> -->u</r>", ("a", "tu")),
    "section": ("<r Target='a'><![CDATA[t<&]]>u</r>", ("a", "t<&u")),
    "comment in a section": ("<r Target='a'><![CDATA[<!--]]>t", ("a", "<!--t")),
    "instruction": ("<r Target='a'>t<?x y?>u</r>", ("a", "tu")),
}


@pytest.mark.parametrize("markup, expected", CASES.values(), ids=CASES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_elements(
    markup: str, expected: tuple[str, str], encoding: str, new_budget: MakeBudget
) -> None:
    data = as_markup(memoryview(f"<?xml version='1.0'?>{markup}".encode(encoding)), new_budget())
    (element,) = elements(data, "r")
    assert (element.attributes["Target"], element.text) == expected


@pytest.mark.parametrize("markup", ["<row Target='a'>", "<r.x/>", "<r-x/>", "</r>", "r", "<r"])
def test_no_elements(markup: str) -> None:
    assert list(elements(markup.encode(), "r")) == []


@pytest.mark.parametrize("data", [b"", b"text <r/>", b"\xff\xfet\0e\0", b"{}"])
def test_what_does_not_begin_as_markup_is_none(data: bytes, new_budget: MakeBudget) -> None:
    assert as_markup(memoryview(data), new_budget()) == b""


HOSTILE = {
    "tags without end": b"<r " * 300_000,
    "quotes without end": b'<r a="' * 200_000,
    "values": b"<r " + b'a="b" ' * 150_000 + b">",
    "comments without end": b"<!--" * 250_000,
    "comments": b"<!---->" * 100_000,
    "sections without end": b"<r><![CDATA[" * 90_000,
    "prefixes": b"<" + b"a" * 1_000_000 + b":r>",
    "blanks": b"<r" + b" " * 1_000_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_markup_costs_no_more_than_other(data: bytes, new_budget: MakeBudget) -> None:
    started = time.process_time()
    list(elements(as_markup(memoryview(data), new_budget()), "r"))
    assert time.process_time() - started < 5


@given(st.binary(max_size=300))
def test_noise_is_survived(noise: bytes) -> None:
    budget = Budget(1e12, 10_000, 10, 4)
    for data in (b"<" + noise, b"<r a='" + noise, noise):
        list(elements(as_markup(memoryview(data), budget), "r"))
