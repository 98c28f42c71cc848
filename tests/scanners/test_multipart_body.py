"""Where parts begin and end; tests/scanners/test_multipart.py holds what is made of them."""

from collections.abc import Callable

import pytest

from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.model import Content
from scanners.multipart_body import split_body

MakeBudget = Callable[..., Budget]


def _content(body: bytes, declared_type: str, boundary: str = "b") -> Content:
    parameters = (("boundary", boundary),) if boundary else ()
    return Content(memoryview(body), declared_type=declared_type, parameters=parameters)


def test_parts_of_a_digest_are_mails(new_budget: MakeBudget) -> None:
    body = b"--b\r\n\r\none\r\n--b\r\nContent-Type: text/plain\r\n\r\ntwo\r\n--b--\r\n"
    opened = split_body(_content(body, "multipart/digest"), new_budget())
    assert [child.declared_type for child in opened.children] == ["message/rfc822", "text/plain"]


@pytest.mark.parametrize("declared_type, count", [("multipart/form-data", 2), ("multipart/x", 1)])
def test_only_forms_are_told_undecoded(
    new_budget: MakeBudget, declared_type: str, count: int
) -> None:
    body = b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--b--\r\n"
    opened = split_body(_content(body, declared_type), new_budget())
    assert len(opened.children) == count


def test_no_boundary(new_budget: MakeBudget) -> None:
    with pytest.raises(ContentMalformed):
        split_body(_content(b"--\r\n\r\n", "multipart/mixed", ""), new_budget())


def test_prefix_of_another_boundary_is_a_gap(new_budget: MakeBudget) -> None:
    """RFC 2046 §5.1.1 lets readers compare the beginning of a line only."""
    body = b"--b\r\n\r\none\r\n--bc\r\n\r\ntwo\r\n--b--\r\n"
    assert split_body(_content(body, "multipart/mixed"), new_budget()).gaps


def test_hostile_marks_are_quick(new_budget: MakeBudget) -> None:
    for body in (b"--b" * 100_000, b"\n--b" * 50_000, b"--b\r\n" * 50_000):
        opened = split_body(_content(body, "multipart/mixed"), new_budget())
        assert opened.gaps
