"""uuencode blocks: decoded under their own name, and a gap where they break off."""

import binascii
from base64 import encodebytes
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples import builders
from scanners.budget import Budget
from scanners.model import Content, Examination, Family, FileType, Reason, Report
from scanners.uuencode import UuencodeScanner

MakeBudget = Callable[..., Budget]
Examine = Callable[..., Examination]
PE = builders.pe()
TEXT = FileType("text", "text/plain", Family.TEXT)


def _lines(data: bytes, *, backtick: bool = False) -> bytes:
    pieces = (data[start : start + 45] for start in range(0, len(data), 45))
    return b"".join(binascii.b2a_uu(piece, backtick=backtick) for piece in pieces)


def _block(data: bytes, name: bytes = b"photo.jpg") -> bytes:
    return b"begin 644 " + name + b"\n" + _lines(data) + b"`\nend\n"


def _scan(text: bytes, budget: Budget) -> Report:
    return UuencodeScanner().scan(Content(memoryview(text), file_type=TEXT), budget)


READ = {
    "block": _block(PE),
    "within a text": b"Hello,\n\n" + _block(PE) + b"\nBye.\n",
    "lines end with CRLF": _block(PE).replace(b"\n", b"\r\n"),
    "zeros as backticks": b"begin 644 photo.jpg\n" + _lines(PE, backtick=True) + b"`\nend\n",
    "blanks cut off": b"\n".join(line.rstrip() for line in _block(PE).split(b"\n")),
    "a letter behind each line": b"begin 644 photo.jpg\n" + _lines(PE).replace(b"\n", b"#\n")
    + b"`\nend\n",
    "no line of zero": b"begin 644 photo.jpg\n" + _lines(PE) + b"end",
    "other mode": _block(PE).replace(b"644", b"0755"),
    "base64": b"begin-base64 644 photo.jpg\n" + encodebytes(PE) + b"====\n",
}  # fmt: skip


@pytest.mark.parametrize("text", READ.values(), ids=READ)
def test_block(new_budget: MakeBudget, text: bytes) -> None:
    report = _scan(text, new_budget())
    (child,) = report.children
    assert (bytes(child.view), child.name, child.path) == (PE, "photo.jpg", ("photo.jpg",))
    assert child.hidden_from_clamav
    assert report.unscanned == ()


BROKEN = {
    "no end": b"begin 644 photo.jpg\n" + _lines(PE),
    "other text": b"begin 644 photo.jpg\n" + _lines(PE) + b"what is this?\n" + _lines(PE),
    "long line": b"begin 644 photo.jpg\n" + _lines(PE) + b"M" * 300,
    "base64 and other letters": b"begin-base64 644 photo.jpg\n" + encodebytes(PE) + b"!!!!\n====\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_broken_block(new_budget: MakeBudget, text: bytes) -> None:
    report = _scan(text, new_budget())
    assert bytes(report.children[0].view) == PE
    assert [(gap.reason, gap.path) for gap in report.unscanned] == [
        (Reason.MALFORMED, ("photo.jpg",))
    ]


NOTHING = [
    b"To begin 644 files\nis nothing.\n",
    b"begin 644 test.txt\nwhat follows is a text\n",
    _block(b"short"),
    b"begin 999 a\n",
    b"begin 644 a\n",
]


@pytest.mark.parametrize("text", NOTHING)
def test_no_block(new_budget: MakeBudget, text: bytes) -> None:
    assert _scan(text, new_budget()).children == ()
    assert _scan(text, new_budget()).unscanned == ()


def test_each_block_is_a_child(new_budget: MakeBudget) -> None:
    report = _scan(_block(PE, b"a") + _block(PE, b"b"), new_budget())
    assert [child.name for child in report.children] == ["a", "b"]


def test_other_types_are_left_alone(new_budget: MakeBudget) -> None:
    assert UuencodeScanner().scan(Content(memoryview(_block(PE))), new_budget()) == Report()


@pytest.mark.parametrize(
    "limit, reason",
    [
        ({"size": 500}, Reason.TOO_LARGE),
        ({"members": 0}, Reason.TOO_MANY),
        ({"seconds": -1}, Reason.TIMED_OUT),
    ],
)
def test_beyond_the_budget(new_budget: MakeBudget, limit: dict[str, int], reason: Reason) -> None:
    report = _scan(_block(PE), new_budget(**limit))
    assert [gap.reason for gap in report.unscanned] == [reason]


@given(
    st.lists(st.sampled_from([b"begin 644 a\n", b"M" + b"A" * 60 + b"\n", b"end\n", b"`\n", b"\r"]))
)
def test_any_text(run: Examine, pieces: list[bytes]) -> None:
    found = run(b"".join(pieces))
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
