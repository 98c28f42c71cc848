"""Encapsulated HTTP heads: what is read, what is refused, and that nothing else is raised."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.payload.http_head import (
    MAX_FIELDS,
    MAX_HEAD,
    HeadMalformed,
    HttpHead,
    parse_request_head,
    parse_response_head,
)

REQUESTS = [
    (b"GET / HTTP/1.1\r\n\r\n", HttpHead("HTTP/1.1", (), "GET", "/")),
    (b"GET / HTTP/1.1\r\n", HttpHead("HTTP/1.1", (), "GET", "/")),
    (b"GET / HTTP/1.1", HttpHead("HTTP/1.1", (), "GET", "/")),
    (
        b"PUT https://a.example/x HTTP/1.0\r\nHost: a.example\r\nX-Empty:\r\nA:\tb \r\n\r\n",
        HttpHead(
            "HTTP/1.0",
            (("host", "a.example"), ("x-empty", ""), ("a", "b")),
            "PUT",
            "https://a.example/x",
        ),
    ),
    (b"CONNECT a:443 HTTP/1.1\r\n\r\n", HttpHead("HTTP/1.1", (), "CONNECT", "a:443")),
    (b"GET /a b c HTTP/1.1\r\n\r\n", HttpHead("HTTP/1.1", (), "GET", "/a b c")),
    (b"GET /\xc3\xa4 HTTP/2\r\n\r\n", HttpHead("HTTP/2", (), "GET", "/\u00c3\u00a4")),
    (b"GET / HTTP/1.1\nA: b\nC: d\n\n", HttpHead("HTTP/1.1", (("a", "b"), ("c", "d")), "GET", "/")),
    (
        b"GET / HTTP/1.1\r\nA: b\r\n c\r\n\td\r\n\r\n",
        HttpHead("HTTP/1.1", (("a", "b c d"),), "GET", "/"),
    ),
    (
        b"GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\nA: 1\r\na: 2\r\n\r\n",
        HttpHead("HTTP/1.1", (("host", "a"), ("host", "a"), ("a", "1"), ("a", "2")), "GET", "/"),
    ),
    (b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", HttpHead("HTTP/1.1", (("a", "b"),), status=200)),
]
RESPONSES = [
    (b"HTTP/1.1 200 OK\r\n\r\n", HttpHead("HTTP/1.1", (), status=200)),
    (b"HTTP/1.0 404\r\n\r\n", HttpHead("HTTP/1.0", (), status=404)),
    (b"HTTP/1.1 204 \r\nA: b\r\n\r\n", HttpHead("HTTP/1.1", (("a", "b"),), status=204)),
    (b"HTTP/1.1  200 Sehr sch\xf6n\r\n\r\n", HttpHead("HTTP/1.1", (), status=200)),
    (b"HTTP/2 206 Partial\r\n\r\n", HttpHead("HTTP/2", (), status=206)),
    (
        b'HTTP/1.1 200 OK\r\nContent-Disposition: a; filename="\xc3\xa4"\r\n\r\n',
        HttpHead("HTTP/1.1", (("content-disposition", 'a; filename="\u00c3\u00a4"'),), status=200),
    ),
]
FIELDS_REFUSED = [
    b"Host : a\r\n",
    b" Host: a\r\n",
    b"Host\r\n",
    b": a\r\n",
    b"H\x00st: a\r\n",
    b"H\xf6st: a\r\n",
    b"A: b\x00c\r\n",
    b"A: b\rB: c\r\n",
    b"A: b\r\n\r\nB: c\r\n",
    b"\r\nA: b\r\n",
    b"Host: a\r\nHost: b\r\n",
    b"Content-Length: 1\r\nContent-Length: 2\r\n",
    b"A: b\r\n" * (MAX_FIELDS + 1),
    b"A: " + b"b" * MAX_HEAD + b"\r\n",
]


@pytest.mark.parametrize("data, head", REQUESTS, ids=repr)
def test_request_heads(data: bytes, head: HttpHead) -> None:
    assert parse_request_head(data) == head


@pytest.mark.parametrize("data, head", RESPONSES, ids=repr)
def test_response_heads(data: bytes, head: HttpHead) -> None:
    assert parse_response_head(data) == head


@pytest.mark.parametrize("fields", FIELDS_REFUSED, ids=range(len(FIELDS_REFUSED)))
def test_fields_that_two_readers_could_read_differently_are_refused(fields: bytes) -> None:
    with pytest.raises(HeadMalformed):
        parse_request_head(b"GET / HTTP/1.1\r\n" + fields + b"\r\n")
    with pytest.raises(HeadMalformed):
        parse_response_head(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"GET /",
        b"GET  HTTP/1.1",
        b"G(T / HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b"GET / HTP/1.1",
        b"GET /\x00 HTTP/1.1",
        b"GET /\ta HTTP/1.1",
        b" GET / HTTP/1.1",
        b"\r\nGET / HTTP/1.1",
        b"A" * 33 + b" / HTTP/1.1",
    ],
)
def test_request_lines_refused(line: bytes) -> None:
    with pytest.raises(HeadMalformed):
        parse_request_head(line + b"\r\n\r\n")


@pytest.mark.parametrize(
    "line",
    [b"", b"HTTP/1.1", b"HTTP/1.1 20 OK", b"HTTP/1.1 2000", b"HTTP/1.1 099 x", b"GET / HTTP/1.1"],
)
def test_status_lines_refused(line: bytes) -> None:
    with pytest.raises(HeadMalformed, match="status line"):
        parse_response_head(line + b"\r\n\r\n")


def test_first_last_and_all() -> None:
    head = parse_response_head(b"HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nA: 3\r\n\r\n")
    assert (head.first("a"), head.last("a"), head.all("a")) == ("1", "3", ("1", "3"))
    assert (head.first("c"), head.last("c"), head.all("c")) == ("", "", ())


garbage = st.binary(max_size=80) | st.lists(
    st.sampled_from(
        [b"GET", b" ", b"/", b"HTTP/1.1", b"200", b"\r\n", b"\n", b"\r", b"A", b":", b"\0"]
    )
).map(b"".join)


@given(garbage)
def test_no_bytes_raise_anything_but_malformed(data: bytes) -> None:
    for parse in (parse_request_head, parse_response_head):
        for prefix in (b"", b"GET / HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\n"):
            try:
                head = parse(prefix + data)
            except HeadMalformed:
                continue
            assert all("\n" not in value and name == name.lower() for name, value in head.fields)


@pytest.mark.parametrize(
    "block",
    [b"A: " + b" " * 100_000, b"A:\r\n" + b" " * 100_000 + b"x", b"A" * 100_000, b"\r\n " * 30_000],
)
def test_long_runs_take_no_quadratic_time(block: bytes) -> None:
    """The suite's own time limit is the assertion: quadratic would be minutes."""
    with suppress(HeadMalformed):
        parse_request_head(b"GET / HTTP/1.1\r\nB: " + block + b"\r\n\r\n")
