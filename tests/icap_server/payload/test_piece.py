"""Ranges: what is whole, what is a piece, and which one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.payload.http_head import HttpHead
from icap_server.payload.piece import MAX_VALIDATOR, PARTIAL_UPLOAD, TUS, read_piece
from verdicts.model import Piece


def answer(status: int, *fields: tuple[str, str]) -> HttpHead:
    return HttpHead("HTTP/1.1", fields, status=status)


def upload(method: str, *fields: tuple[str, str]) -> HttpHead:
    return HttpHead("HTTP/1.1", fields, method, "/x")


def test_no_head_is_no_part() -> None:
    assert read_piece(None, "") == (False, None)


@pytest.mark.parametrize(
    "stated, piece",
    [
        ("bytes 0-98/100", Piece(0, 98, 100)),
        ("bytes 1-99/100", Piece(1, 99, 100)),
        ("bytes 7-7/8", Piece(7, 7, 8)),
        ("bytes 0-99/*", Piece(0, 99, None)),
        ("BYTES  00-098/0100", Piece(0, 98, 100)),
        (f"bytes 5-{10**18 - 2}/{10**18 - 1}", Piece(5, 10**18 - 2, 10**18 - 1)),
        # malformed, or beyond any file: partial all the same
        (f"bytes 5-{10**18}/*", None),
        ("bytes 9-8/100", None),
        ("bytes 0-100/100", None),
        ("bytes 0-99/99", None),
        ("bytes */100", None),
        ("bytes 0-9", None),
        ("bytes=0-9/100", None),
        ("bytes 0-9/100, 10-19/100", None),
        ("bytes -9/100", None),
        ("bytes 0x0-9/100", None),
        ("bytes \u00b2-9/100", None),
        ("bytes 1-+9/100", None),
        ("items 0-9/100", None),
        ("nonsense", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("head", [answer(206), *map(upload, ("PUT", "PATCH", "POST"))])
def test_content_range(head: HttpHead, stated: str, piece: Piece | None) -> None:
    assert read_piece(replace(head, fields=(("content-range", stated),)), "") == (True, piece)


@pytest.mark.parametrize(
    "head, partial",
    [
        (answer(200), False),
        (answer(206), True),
        (answer(206, ("content-range", "bytes 0-99/100")), False),
        (upload("PUT", ("content-range", "bytes 0-99/100")), False),
        # has no meaning in a 200 (RFC 9110 §14.4), but some client may heed it
        (answer(200, ("content-range", "bytes 10-99/100")), True),
        (upload("FROB", ("content-range", "bytes 10-99/100")), True),
        (answer(416, ("content-range", "bytes */100")), False),
        (answer(416, ("content-range", "bytes 10-99/100")), True),
        (upload("PUT", ("content-range", "bytes */*")), True),
        (upload("POST"), False),
    ],
)
def test_whole_or_partial_without_a_piece(head: HttpHead, *, partial: bool) -> None:
    assert read_piece(head, "") == (partial, None)


@pytest.mark.parametrize(
    "target, partial",
    [
        ("/key?partNumber=2&uploadId=abc", True),
        ("https://x.s3.amazonaws.com/key?uploadId=abc&x-id=UploadPart&partNumber=1", True),
        ("/key?uploads", False),
        ("/key?partNumber=2", False),
        ("/c/blob?comp=block&blockid=AAA", True),
        ("/c/blob?sv=1&comp=appendblock", True),
        ("/c/blob?comp=blocklist", False),
        ("/2/files/upload_session/append_v2", True),
        ("/2/files/upload", False),
        ("/?" * 60_000, False),
    ],
)
def test_address_of_a_part(target: str, *, partial: bool) -> None:
    head = replace(upload("PUT"), target=target)
    assert read_piece(head, "") == (partial, None)
    assert read_piece(replace(head, method="GET"), "") == (False, None)


def test_field_of_a_part() -> None:
    assert read_piece(upload("PUT", ("oc-chunked", "1")), "") == (True, None)


@pytest.mark.parametrize("size, partial", [("100", False), ("50", True), ("x", True)])
def test_whole_range_is_as_long_as_its_file(size: str, *, partial: bool) -> None:
    fields = ("content-range", "bytes 0-99/100"), ("content-length", size)
    assert read_piece(answer(206, *fields), "")[0] is partial


@pytest.mark.parametrize("stated", ["", "bytes 1-9/100"])
def test_several_ranges_are_no_piece(stated: str) -> None:
    fields = (("content-range", stated),) if stated else ()
    assert read_piece(answer(206, *fields), "multipart/byteranges") == (True, None)


@pytest.mark.parametrize("other", ["bytes 0-9/100", "bytes 0-99/100"])
def test_two_ranges_contradict(other: str) -> None:
    fields = ("content-range", "bytes 1-9/100"), ("content-range", other)
    assert read_piece(answer(206, *fields), "") == (True, None)
    assert read_piece(answer(206, *fields[::-1]), "") == (True, None)


def test_the_same_range_twice_is_one() -> None:
    fields = (("content-range", "bytes 1-9/100"),) * 2
    assert read_piece(answer(206, *fields), "") == (True, Piece(1, 9, 100))


@pytest.mark.parametrize(
    "fields, validator",
    [
        ([("etag", '"a"')], '"a"'),
        ([("etag", '"a"'), ("last-modified", "today")], '"a"'),
        ([("etag", 'W/"a"'), ("last-modified", "today")], "today"),
        ([("etag", "a"), ("last-modified", "today")], "today"),
        ([("etag", '"a"'), ("etag", '"b"')], ""),
        ([("etag", '"a"'), ("etag", '"a"')], '"a"'),
        ([("last-modified", "today"), ("last-modified", "tomorrow")], ""),
        ([("etag", f'"{"a" * MAX_VALIDATOR}"')], ""),
        ([("last-modified", "a" * (MAX_VALIDATOR + 1))], ""),
        ([], ""),
    ],
)
def test_validator(fields: list[tuple[str, str]], validator: str) -> None:
    head = answer(206, ("content-range", "bytes 1-9/100"), *fields)
    assert read_piece(head, "") == (True, Piece(1, 9, 100, validator))


OFFSET, LENGTH = ("upload-offset", "50"), ("upload-length", "100")
SIZE, REST, ALL = (("content-length", number) for number in ("10", "50", "100"))
DONE, MORE = ("upload-complete", "?1"), ("upload-complete", "?0")


@pytest.mark.parametrize(
    "head, declared, partial, piece",
    [
        # tus 1.0: PATCH with an offset; the total was stated when the upload was created
        (upload("PATCH", OFFSET, SIZE), TUS, True, Piece(50, 59, None)),
        (upload("PATCH", OFFSET, SIZE, LENGTH), TUS, True, Piece(50, 59, 100)),
        (upload("PATCH", OFFSET, LENGTH, REST), TUS, True, Piece(50, 99, 100)),
        (upload("PATCH", OFFSET), TUS, True, None),
        (upload("PATCH", SIZE), TUS, True, None),
        (upload("PATCH", ("upload-offset", "-1"), SIZE), TUS, True, None),
        (upload("PATCH", OFFSET, ("upload-offset", "60"), SIZE), TUS, True, None),
        (upload("PATCH", OFFSET, ("upload-length", "55"), SIZE), TUS, True, None),
        (upload("PATCH", OFFSET, ("content-length", "0")), TUS, True, None),
        (upload("PATCH", OFFSET, SIZE), "text/plain", True, Piece(50, 59, None)),
        # creation with upload
        (upload("POST", LENGTH, SIZE), TUS, True, Piece(0, 9, 100)),
        (upload("POST", LENGTH, ALL), TUS, False, None),
        (upload("POST", ("upload-offset", "x"), SIZE), TUS, True, None),
        (upload("POST", ("upload-offset", ""), SIZE), TUS, True, None),
        (upload("PUT", LENGTH, SIZE), TUS, True, None),
        # draft-ietf-httpbis-resumable-upload
        (upload("POST", MORE, SIZE), "a/b", True, Piece(0, 9, None)),
        (upload("POST", DONE, SIZE), "a/b", False, None),
        (upload("PATCH", OFFSET, DONE, SIZE), PARTIAL_UPLOAD, True, Piece(50, 59, 60)),
        (upload("PATCH", DONE, SIZE), PARTIAL_UPLOAD, True, None),
        # answers to such uploads carry no part of the file
        (answer(204, OFFSET), "", False, None),
        (answer(200, OFFSET, SIZE), TUS, True, None),
    ],
)
def test_resumable_upload(
    head: HttpHead, declared: str, piece: Piece | None, *, partial: bool
) -> None:
    assert read_piece(head, declared) == (partial, piece)


NUMBERS = st.integers(0, 30).map(str) | st.sampled_from(["*", "", "-1", "9" * 18, "9" * 19])


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_piece_is_always_sane(first: str, last: str, total: str) -> None:
    head = answer(206, ("content-range", f"bytes {first}-{last}/{total}"))
    partial, piece = read_piece(head, "")
    if piece:
        assert partial
        assert 0 <= piece.first <= piece.last
        assert piece.total is None or piece.last < piece.total
