"""The ICAP request head: what is read from it, and what is refused with which status."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.wire.errors import ProtocolError
from icap_server.wire.head import (
    MAX_FIELDS,
    MAX_LINE,
    Head,
    parse_head,
    parse_preview,
    tokens,
)

LINE = b"RESPMOD icap://proxy.example/respmod ICAP/1.0\r\n"


@pytest.mark.parametrize(
    "line, method, service",
    [
        (b"OPTIONS icap://h/respmod ICAP/1.0", "OPTIONS", "respmod"),
        (b"REQMOD icap://h:1344/reqmod ICAP/1.0", "REQMOD", "reqmod"),
        (b"RESPMOD ICAP://[::1]:1344/a/b ICAP/1.0", "RESPMOD", "a/b"),
        (b"RESPMOD icaps://user@h/respmod ICAP/1.0", "RESPMOD", "respmod"),
        (b"RESPMOD icap://h/respmod?allow204=on&mode=simple ICAP/1.0", "RESPMOD", "respmod"),
        (b"RESPMOD icap://h/respmod? ICAP/1.0", "RESPMOD", "respmod"),
        (b"OPTIONS icap://h ICAP/1.0", "OPTIONS", ""),
        (b"OPTIONS icap://h/ ICAP/1.0", "OPTIONS", ""),
        (b"OPTIONS icap://h?a=b ICAP/1.0", "OPTIONS", ""),
        (b"OPTIONS icap://h/* ICAP/1.0", "OPTIONS", "*"),
        (b"RESPMOD /respmod?a=b ICAP/1.0", "RESPMOD", "respmod"),
        (b"OPTIONS / ICAP/1.0", "OPTIONS", ""),
    ],
)
def test_request_line(line: bytes, method: str, service: str) -> None:
    query = line.split()[1].partition(b"?")[2].decode()
    relative = b" /" in line
    assert parse_head(line + b"\r\n") == Head(method, service, query, relative, {})


@pytest.mark.parametrize(
    "line, status",
    [
        (b"FILEMOD icap://h/respmod ICAP/1.0", 501),
        (b"GET icap://h/respmod ICAP/1.0", 501),
        (b"RESPMOD icap://h/respmod ICAP/1.1", 505),
        (b"RESPMOD icap://h/respmod ICAP/2.0", 505),
        (b"FILEMOD icap://h/respmod ICAP/2.0", 505),
        (b"respmod icap://h/respmod ICAP/1.0", 501),
        (b"Options icap://h/respmod ICAP/1.0", 501),
        (b"RESPMOD icap://h/respmod", 400),
        (b"RESPMOD", 400),
        (b"RESP(MOD) icap://h/respmod ICAP/1.0", 400),
        (b"R" * 21 + b" icap://h/respmod ICAP/1.0", 400),
        (b"", 400),
        (b"RESPMOD  icap://h/respmod ICAP/1.0", 400),
        (b"RESPMOD icap://h/respmod ICAP/1.0 ", 400),
        (b" RESPMOD icap://h/respmod ICAP/1.0", 400),
        (b"RESPMOD\ticap://h/respmod\tICAP/1.0", 400),
        (b"RESPMOD icap://h/resp mod ICAP/1.0", 400),
        (b"RESPMOD respmod ICAP/1.0", 400),
        (b"RESPMOD /resp\x1bmod ICAP/1.0", 400),
        (b"RESPMOD /respmod#x ICAP/1.0", 400),
        (b"RESPMOD ?a=b ICAP/1.0", 400),
        (b"OPTIONS * ICAP/1.0", 400),
        (b"RESPMOD icap:///respmod ICAP/1.0", 400),
        (b"RESPMOD http://h/respmod ICAP/1.0", 400),
        (b"RESPMOD icap://h/respmod#x ICAP/1.0", 400),
        (b"RESPMOD icap://h/resp\x00mod ICAP/1.0", 400),
        (b"RESPMOD icap://h/resp\x1bmod ICAP/1.0", 400),
        (b"RESPMOD icap://h/resp\x7fmod ICAP/1.0", 400),
        (b"RESPMOD icap://h/resp\xa0mod ICAP/1.0", 400),
        (b"RESPMOD icap://h/respmod HTTP/1.1", 400),
        (b"RESPMOD icap://h/respmod ICAP/1", 400),
        (b"RESPMOD icap://h/respmod ICAP/1.0\rx", 400),
        (b"RESPMOD icap://h/respmod ICAP/1.0\nx", 400),
        (b"GET / HTTP/1.1", 400),
        (b"RESPMOD icap://h/" + b"a" * MAX_LINE + b" ICAP/1.0", 400),
    ],
)
def test_bad_request_line(line: bytes, status: int) -> None:
    for _ in range(2):  # the second time it might come from a cache
        with pytest.raises(ProtocolError) as caught:
            parse_head(line + b"\r\n")
        assert caught.value.icap_status == status


@pytest.mark.parametrize(
    "fields, parsed",
    [
        (b"Host: h\r\n", {"host": "h"}),
        (b"HOST:h\r\nALLOW:204\r\n", {"host": "h", "allow": "204"}),
        (b"Connection:  close\t \r\n", {"connection": "close"}),
        (b"X-Empty:\r\nX-Blank: \t\r\n", {"x-empty": "", "x-blank": ""}),
        (b"Allow: 204\r\nallow: 206\r\n", {"allow": "204, 206"}),
        (b"Host: h\r\nHost:  h\r\n", {"host": "h"}),
        (b"X-User: a:b\r\n", {"x-user": "a:b"}),
        (b"A: X\x0b\r\n", {"a": "X\x0b"}),
        (b"A: X\x0b\r\nA:\xa0X\r\n", {"a": "X\x0b, \xa0X"}),  # blanks and tabs are stripped only
        (b"X-User: \xc3\xa9\r\n", {"x-user": "\xc3\xa9"}),  # Latin-1: one character a byte
    ],
)
def test_fields(fields: bytes, parsed: dict[str, str]) -> None:
    assert parse_head(LINE + fields).fields == parsed


@pytest.mark.parametrize(
    "fields",
    [
        b"Host\r\n",
        b": h\r\n",
        b"Host : h\r\n",
        b"Ho st: h\r\n",
        b" Host: h\r\n",
        b"Host: h\r\n folded\r\n",
        b"Host: h\r\n\tEncapsulated: null-body=0\r\n",
        b"Host: h\r\njunk\r\nAllow: 204\r\n",
        b"Host: h\nAllow: 204\r\n",
        b"Host: h\rAllow: 204\r\n",
        b"Host: h\r\n\nAllow: 204\r\n",
        b"Host: \x00h\r\n",
        b"Host: h",
        b"Host: h\n",
        b"H\xc3\xb6st: h\r\n",
        b"Host: a\r\nHost: b\r\n",
        b"Preview: 1\r\npreview: 2\r\n",
        b"Encapsulated: null-body=0\r\nEncapsulated: res-body=0\r\n",
        b"X: " + b"a" * MAX_LINE + b"\r\n",
        b"X: y\r\n" * (MAX_FIELDS + 1),
    ],
)
def test_bad_fields(fields: bytes) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_head(LINE + fields)
    assert caught.value.icap_status == 400


def test_just_within_the_caps() -> None:
    many = b"".join(b"X-%d: y\r\n" % number for number in range(MAX_FIELDS))
    assert len(parse_head(LINE + many).fields) == MAX_FIELDS
    long = b"X: " + b"a" * (MAX_LINE - 3)
    assert len(parse_head(LINE + long + b"\r\n").fields["x"]) == MAX_LINE - 3
    before, after = b"RESPMOD icap://h/", b" ICAP/1.0"
    path = "a" * (MAX_LINE - len(before) - len(after))
    assert parse_head(before + path.encode() + after + b"\r\n").service == path


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_read(data: bytes) -> None:
    for noise in (data, LINE + data + b"\r\n"):
        try:
            head = parse_head(noise)
        except ProtocolError as error:
            assert error.icap_status in (400, 501, 505)
        else:
            assert all("\n" not in text and "\0" not in text for text in head.fields.values())


@pytest.mark.parametrize(
    "value, preview", [(None, None), ("0", 0), ("1024", 1024), ("007", 7), ("999999999", 999999999)]
)
def test_preview(value: str | None, preview: int | None) -> None:
    assert parse_preview(value) == preview


@pytest.mark.parametrize(
    "value", ["", "-1", "+1", "1 024", "0x10", "1e3", "٣", "9999999999", "1,1"]
)
def test_bad_preview(value: str) -> None:
    with pytest.raises(ProtocolError):
        parse_preview(value)


@pytest.mark.parametrize(
    "value, members",
    [
        (None, set()),
        ("204", {"204"}),
        ("204, 206,trailers", {"204", "206", "trailers"}),
        (" Close ,\tkeep-alive", {"close", "keep-alive"}),
        ("1204", {"1204"}),
    ],
)
def test_tokens(value: str | None, members: set[str]) -> None:
    assert tokens(value) == members
