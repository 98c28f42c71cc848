"""Requests for a part of a file become requests for all of it."""

import pytest

from icap_server.payload.range_removal import without_range

LINE = b"GET http://cdn.example/file.zip HTTP/1.1\r\n"


@pytest.mark.parametrize(
    "fields, left",
    [
        (b"Range: bytes=0-99\r\nHost: a\r\n", b"Host: a\r\n"),
        (b"Host: a\r\nrange:bytes=-5\r\n", b"Host: a\r\n"),
        (b'Host: a\r\nRANGE : bytes=1-\r\nIf-Range: "x"\r\nA: b\r\n', b"Host: a\r\nA: b\r\n"),
        (b"Host: a\r\nRange: bytes=0-1,\r\n 5-9\r\n\t,11-\r\nA: b\r\n", b"Host: a\r\nA: b\r\n"),
        (b"Range: bytes=0-1\r\nRange: bytes=4-\r\n", b""),
        (b"X-Range: b=0\r\nRange: a\r\nA: Range: b\r\n", b"X-Range: b=0\r\nA: Range: b\r\n"),
        (b"Host: a\nRange: bytes=0-1\nA: b\r\n", b"Host: a\nA: b\r\n"),
    ],
)  # fmt: skip
def test_the_wish_is_taken_out(fields: bytes, left: bytes) -> None:
    assert without_range(LINE + fields + b"\r\n") == LINE + left + b"\r\n"


@pytest.mark.parametrize(
    "head",
    [
        LINE + b"Host: a\r\n\r\n",
        LINE + b"X-Range: bytes=0-1\r\nAccept-Ranges: bytes\r\n\r\n",
        LINE + b"\r\n",
        b"PUT http://a/ HTTP/1.1\r\nRange: bytes=0-1\r\n\r\n",
        b"GET /Range: HTTP/1.1\r\nHost: a\r\n\r\n",
        b"",
    ],
)
def test_others_stay_as_they_are(head: bytes) -> None:
    assert without_range(head) is None
