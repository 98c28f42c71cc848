"""Answers taken apart, whole ones and such that are cut or broken."""

import pytest

from douane.selftest.answer import AnswerBroken, read_answer

PAGE = b"HTTP/1.1 403 Forbidden\r\nA: b\r\n\r\n"
BLOCKED = (
    b"ICAP/1.0 200 OK\r\nISTag: \"x\"\r\nX-Infection-Found: Type=0; Resolution=2; Threat=A;\r\n"
    b"Encapsulated: res-hdr=0, res-body=%d\r\nServer: a\r\n\r\n" % len(PAGE)
    + PAGE + b"5; a=b\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"
)  # fmt: skip
NO_CHANGE = b"ICAP/1.0 204 No modifications\r\nEncapsulated: null-body=0\r\n\r\n"


def test_a_page() -> None:
    answer = read_answer(BLOCKED)
    assert answer is not None
    assert (answer.status, answer.http_status, answer.body) == (200, 403, b"hello!")
    assert answer.field("X-Infection-Found") == "Type=0; Resolution=2; Threat=A;"
    assert answer.field("x-infection-found") is None, "clients compare letter by letter"
    assert answer.extra == b""


def test_nothing_at_all() -> None:
    answer = read_answer(NO_CHANGE)
    assert answer is not None
    assert (answer.status, answer.http_status, answer.body) == (204, 0, None)


@pytest.mark.parametrize("whole", [BLOCKED, NO_CHANGE])
def test_every_cut_wants_more(whole: bytes) -> None:
    for end in range(len(whole)):
        assert read_answer(whole[:end]) is None
    answer = read_answer(whole + b"junk")
    assert answer is not None
    assert answer.extra == b"junk"


def test_partial_content() -> None:
    head = b"HTTP/1.1 200 OK\r\n\r\n"
    data = b"ICAP/1.0 206 Partial Content\r\nEncapsulated: res-hdr=0, res-body=%d\r\nA: b\r\n\r\n"
    data = data % len(head) + head + b"2\r\nab\r\n0; use-original-body=7\r\n\r\n"
    answer = read_answer(data)
    assert answer is not None
    assert (answer.status, answer.body, answer.original_from) == (206, b"ab", 7)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"ICAP/1.1 200 OK\r\n\r\n",
        b"ICAP/1.0 200 OK\r\nEncapsulated: res-body=0\r\n\r\nxyz\r\n",
        b"ICAP/1.0 200 OK\r\n" + b"A: b\r\n" * 20_000,
    ],
)
def test_broken(data: bytes) -> None:
    with pytest.raises(AnswerBroken):
        read_answer(data)


@pytest.mark.parametrize("line", ["ICAP/1.0 OK", "ICAP/1.0 2x0 OK"])
def test_a_status_that_is_no_number(line: str) -> None:
    answer = read_answer(f"{line}\r\n\r\n".encode())
    assert answer is not None
    assert answer.status == 0
