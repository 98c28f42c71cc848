"""Items 24 to 26, 30, 32 and 33: chunk framing."""

import pytest

from tests.conformance.client import Answer
from tests.conformance.messages import IEOF, LAST, LETTER, chunked, chunks
from tests.conformance.targets import Target

SIZE = b"%x" % len(LETTER)


def echo(target: Target, body: bytes) -> Answer:
    """Send a download whose body is framed like this, on a connection that has to stay in step."""
    with target.connect() as line:
        line.send(target.download().head + body)
        answer = line.read()
        line.send(target.options().wire)
        assert line.read().status == 200
        assert line.pending() == b""
        return answer


def refuse(target: Target, body: bytes) -> None:
    target.refuses(target.download().head + body, 400)


def lined(line: bytes) -> bytes:
    return line + b"\r\n" + LETTER + b"\r\n" + LAST


@pytest.mark.parametrize(
    "line",
    [SIZE, SIZE.upper(), b"000" + SIZE, SIZE.zfill(16), SIZE + b" ", SIZE + b"\t  "],
    ids=["plain", "upper case", "zeros", "16 digits", "blank", "blanks"],
)
def test_item_24_chunk_size_forms(target: Target, line: bytes) -> None:
    assert echo(target, lined(line)).body == LETTER


def test_item_24_last_chunk_of_many_zeros(target: Target) -> None:
    assert echo(target, chunks(LETTER) + b"0000\r\n\r\n").body == LETTER


@pytest.mark.parametrize(
    "line",
    [b"", b"-" + SIZE, b"+" + SIZE, b"0x" + SIZE, SIZE.zfill(17), b"f" * 16, b"f" * 17, b"8" * 16]
    + [b"zz", b" " + SIZE, b"2 8", SIZE + b"h", b"\x00" + SIZE],
    ids=["empty", "minus", "plus", "0x", "17 digits", "16 f", "17 f", "sign bit"]
    + ["no hex", "blank before", "blank within", "letter", "nul"],
)
def test_item_24_chunk_sizes_refused(target: Target, line: bytes) -> None:
    refuse(target, lined(line))
    target.assert_serves()


@pytest.mark.parametrize("extension", [b"a", b"a=b", b' a="b;c"', b"a;b=2", b"ieof=no", b"x" * 200])
def test_item_25_extension_of_a_chunk(target: Target, extension: bytes) -> None:
    body = lined(SIZE + b";" + extension).replace(LAST, chunked(b"More.", ()))
    assert echo(target, body).body == LETTER + b"More."


def test_item_25_extension_of_the_last_chunk(target: Target) -> None:
    assert echo(target, chunks(LETTER) + b"0;a=b\r\n\r\n").body == LETTER


def test_item_25_long_extension(target: Target) -> None:
    refuse(target, lined(SIZE + b";" + b"x" * 100_000))


@pytest.mark.parametrize("error", [-1, -7, 1, 2], ids=["shorter", "much shorter", "CR", "CRLF"])
def test_item_26_data_without_its_end(target: Target, error: int) -> None:
    refuse(target, b"%x\r\n%b\r\n" % (len(LETTER) + error, LETTER) + LAST)
    target.assert_serves()


def test_item_26_data_and_no_line_end(target: Target) -> None:
    refuse(target, SIZE + b"\r\n" + LETTER + LAST)


def test_item_30_ieof_outside_a_preview(target: Target) -> None:
    assert echo(target, chunks(LETTER) + IEOF).body == LETTER


TRAILERS = {
    "one": b"X-Checksum: abc\r\n",
    "many": b"X-Field: value\r\n" * 20,
    "like a request": b"OPTIONS: icap://127.0.0.1/respmod\r\nHost: a\r\n",
}


@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS)
def test_item_32_trailers(target: Target, trailer: bytes) -> None:
    message = target.download().having(("Allow", "trailers"), ("Trailer", "X-Checksum"))
    with target.connect() as line:
        line.send(message.head + chunks(LETTER) + b"0\r\n" + trailer + b"\r\n")
        assert line.read().body == LETTER
        line.send(target.options().wire)
        assert line.read().status == 200
        assert line.pending() == b""


def test_item_32_trailers_are_bounded(target: Target) -> None:
    refuse(target, chunks(LETTER) + b"0\r\n" + b"X-Field: value\r\n" * 20_000 + b"\r\n")


def test_item_33_repeated_last_chunk(target: Target) -> None:
    with target.connect() as line:
        for _ in range(3):
            line.send(target.download().wire + LAST)
            assert line.read().body == LETTER
        line.send(LAST + target.options().wire)
        assert line.read().status == 200
        assert line.pending() == b""
