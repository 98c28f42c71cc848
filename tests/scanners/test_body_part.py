"""One part of a message: what its header says, and the body as receivers may decode it."""

from collections.abc import Callable

import pytest

from scanners.body_part import CRLF, LF, Opened, open_part, read_part
from scanners.budget import Budget
from scanners.errors import TooManyMembers
from scanners.model import Reason

MakeBudget = Callable[..., Budget]
CLEAR = {  # region -> body, label, media type
    b"\r\nbody": (b"body", "", ""),
    b"A: b\r\n\r\nbody": (b"body", "", ""),
    b"Content-Disposition: x; name=f\r\n\r\n": (b"", "f", ""),
    b"Content-Disposition: x; name=f; filename=g\r\n\r\n": (b"", "g", ""),
    b"Content-Disposition: x; name=f\r\nContent-Type: A/b; name=h\r\n\r\n": (b"", "h", "a/b"),
    b"Content-Length: 4\r\n\r\nbody": (b"body", "", ""),
}
DOUBTFUL = [
    b"body",
    b"A: b\n\nbody",
    b"A\r\n\r\nbody",
    b"A : b\r\n\r\nbody",
    b"Content-Length: 5\r\n\r\nbody",
]


@pytest.mark.parametrize("region, expected", CLEAR.items())
def test_clear_part(region: bytes, expected: tuple[bytes, str, str]) -> None:
    part = read_part(memoryview(region), CRLF)
    assert (bytes(part.body), part.label, part.declared.media_type) == expected
    assert part.clear


@pytest.mark.parametrize("region", DOUBTFUL)
def test_part_that_receivers_read_differently(region: bytes) -> None:
    assert not read_part(memoryview(region), CRLF).clear


def test_part_without_a_body() -> None:
    region = memoryview(b"A: b\r\nC: d\r\n")
    part = read_part(region, CRLF, may_lack_body=True)
    assert (bytes(part.body), part.clear) == (b"", True)
    assert not read_part(region, CRLF).clear
    assert not read_part(region[:-2], CRLF, may_lack_body=True).clear


def test_header_beyond_its_bound() -> None:
    region = b"A: b\n" * 10 + b"\nbody"
    assert bytes(read_part(memoryview(region), LF).body) == b"body"
    assert read_part(memoryview(region), LF, most=20).body == memoryview(region)


def _open(region: bytes, budget: Budget, *, undecoded: bool = False) -> Opened:
    opened = Opened(("form",))
    open_part(read_part(memoryview(region), CRLF), "p", opened, budget, undecoded=undecoded)
    return opened


BASE64 = b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8="


@pytest.mark.parametrize("undecoded, views", [(False, [b"hello"]), (True, [b"hello", b"aGVsbG8="])])
def test_encoded_part(new_budget: MakeBudget, undecoded: bool, views: list[bytes]) -> None:
    opened = _open(BASE64, new_budget(), undecoded=undecoded)
    assert [bytes(child.view) for child in opened.children] == views
    assert {child.path for child in opened.children} == {("form", "p")}
    assert opened.report("x").wrapped


def test_content_coding_of_a_part_is_undone_by_few(new_budget: MakeBudget) -> None:
    opened = _open(b"Content-Encoding: GZip, br\r\n\r\nbody", new_budget())
    assert [child.codings for child in opened.children] == [(), ("gzip", "br")]


def test_unknown_encoding_is_a_gap(new_budget: MakeBudget) -> None:
    report = _open(b"Content-Transfer-Encoding: x\r\n\r\nbody", new_budget()).report("x")
    assert [(gap.reason, gap.path) for gap in report.unscanned] == [
        (Reason.MALFORMED, ("form", "p"))
    ]
    assert not report.wrapped


def test_beyond_the_budget(new_budget: MakeBudget) -> None:
    with pytest.raises(TooManyMembers):
        _open(b"\r\nbody", new_budget(members=0))
