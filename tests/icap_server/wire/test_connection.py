"""A connection: bytes in, events out, however the bytes are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.wire.chunks import MAX_TRAILER
from icap_server.wire.encapsulated import MAX_HTTP_HEADS
from icap_server.wire.head import MAX_HEAD
from tests.icap_server.wire.conversation import Talk, converse, every_byte

LINE = "RESPMOD icap://h/respmod ICAP/1.0"
OPTIONS = b"OPTIONS icap://h/next ICAP/1.0\r\n\r\n"
REQUEST = b"GET http://a/ HTTP/1.1\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\n\r\n"
EMPTY = b"0\r\n\r\n"
BOTH = f"req-hdr=0, res-hdr={len(REQUEST)}, res-body={len(REQUEST + RESPONSE)}"
BODY = f"res-hdr=0, res-body={len(RESPONSE)}"
NO_BODY = f"res-hdr=0, null-body={len(RESPONSE)}"


def icap(*fields: str, line: str = LINE) -> bytes:
    return "".join(f"{text}\r\n" for text in (line, *fields, "")).encode("latin-1")


def respmod(body: bytes, *fields: str) -> bytes:
    return icap(f"Encapsulated: {BODY}", *fields) + RESPONSE + body


R = "RESPMOD respmod"
GOOD: list[tuple[str, bytes, Talk]] = [
    ("OPTIONS as Squid sends it", icap(line="OPTIONS icap://h/a ICAP/1.0"), ["OPTIONS a"]),
    (
        "OPTIONS with a body",
        icap("Encapsulated: opt-body=0", line="OPTIONS icap://h/a ICAP/1.0")
        + b"2\r\nab\r\n0\r\n\r\n",
        ["OPTIONS a", b"ab", "end"],
    ),
    ("no body", icap(f"Encapsulated: {NO_BODY}") + RESPONSE, [R]),
    ("nothing at all", icap("Encapsulated: null-body=0"), [R]),
    ("a body", respmod(b"3\r\nabc\r\n0\r\n\r\n"), [R, b"abc", "end"]),
    ("a body without heads", icap("Encapsulated: res-body=0") + b"0\r\n\r\n", [R, "end"]),
    ("an empty body", respmod(b"0\r\n\r\n"), [R, "end"]),
    ("two heads", icap(f"Encapsulated: {BOTH}") + REQUEST + RESPONSE + EMPTY, [R, "end"]),
    (
        "an empty request head",
        icap(f"Encapsulated: req-hdr=0, {BODY}") + RESPONSE + b"1\r\na\r\n0\r\n\r\n",
        [R, b"a", "end"],
    ),
    ("trailers", respmod(b"1\r\na\r\n0\r\nA: b\r\n\r\n"), [R, b"a", "end"]),
    (
        "ieof outside a preview is an end (Traffic Server)",
        respmod(b"1\r\na\r\n0; ieof\r\n\r\n"),
        [R, b"a", "end"],
    ),
    (
        "a preview and the rest",
        respmod(b"3\r\nabc\r\n0\r\n\r\n2\r\nde\r\n0\r\n\r\n", "Preview: 3"),
        [R, b"abc", "preview", b"de", "end"],
    ),
    (
        "an empty rest",
        respmod(b"3\r\nabc\r\n0\r\n\r\n0\r\n\r\n", "Preview: 3"),
        [R, b"abc", "preview", "end"],
    ),
    (
        "a preview of nothing",
        respmod(b"0\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "Preview: 0"),
        [R, "preview", b"abc", "end"],
    ),
    (
        "a preview shorter than announced",
        respmod(b"3\r\nabc\r\n0\r\n\r\n0\r\n\r\n", "Preview: 1024"),
        [R, b"abc", "preview", "end"],
    ),
    (
        "the whole body in the preview",
        respmod(b"3\r\nabc\r\n0; ieof\r\n\r\n", "Preview: 3"),
        [R, b"abc", "ieof"],
    ),
    ("an empty body in the preview", respmod(b"0; ieof\r\n\r\n", "Preview: 0"), [R, "ieof"]),
    (
        "no body, no preview, whatever is said (Squid)",
        icap(f"Encapsulated: {NO_BODY}", "Preview: 0") + RESPONSE,
        [R],
    ),
    (
        "framing of another protocol (Nextcloud)",
        respmod(b"1\r\na\r\n0\r\n\r\n", "Transfer-Encoding: chunked", "Content-Length: 7"),
        [R, b"a", "end"],
    ),
    ("empty lines first", b"\r\n\r\n" + OPTIONS, ["OPTIONS next"]),
    (
        "the last chunk again (Axway)",
        respmod(b"0\r\n\r\n") + b"0\r\n\r\n\r\n0\r\n\r\n0\r\n\r\n" + OPTIONS,
        [R, "end", "OPTIONS next"],
    ),
    (
        "a last chunk where no body is (toolarium)",
        icap(f"Encapsulated: {NO_BODY}", "Preview: 0") + RESPONSE + b"0\r\n\r\n",
        [R],
    ),
    (
        "bodies that look like requests",
        respmod(b"%x\r\n%b\r\n0\r\n\r\n" % (len(OPTIONS), OPTIONS)) * 2,
        [R, OPTIONS, "end"] * 2,
    ),
    ("many at once", OPTIONS * 20, ["OPTIONS next"] * 20),
]


@pytest.mark.parametrize("wire, talk", [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_understood(wire: bytes, talk: Talk) -> None:
    assert converse([wire]) == talk
    assert converse(every_byte(wire)) == talk
    assert converse([wire + OPTIONS]) == [*talk, "OPTIONS next"]


@pytest.mark.parametrize("wire, talk", [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_half_of_it_is_no_error(wire: bytes, talk: Talk) -> None:
    for cut in range(len(wire)):
        got = converse([wire[:cut]])
        assert not any(isinstance(item, int) for item in got)
        assert len(got) <= len(talk)


@given(st.sampled_from(GOOD), st.lists(st.integers(0, 400), max_size=12).map(sorted))
def test_cuts_do_not_matter(row: tuple[str, bytes, Talk], at: list[int]) -> None:
    _, wire, talk = row
    assert converse(wire[start:end] for start, end in zip([0, *at], [*at, len(wire)])) == talk


def test_a_final_reply_to_the_preview_ends_the_request() -> None:
    wire = respmod(b"3\r\nabc\r\n0\r\n\r\n", "Preview: 3") + OPTIONS
    assert converse([wire], proceed=False) == [R, b"abc", "preview", "OPTIONS next"]


BAD = [
    ("another protocol", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 400),
    ("NUL", b"\x00\r\n\r\n", 400),
    ("bare line feeds", OPTIONS.replace(b"\r\n", b"\n"), 400),
    ("one bare line feed", OPTIONS.replace(b"\r\n", b"\n", 1), 400),
    ("method", OPTIONS.replace(b"OPTIONS", b"FILEMOD"), 501),
    ("version", OPTIONS.replace(b"1.0", b"1.1"), 505),
    ("folded field", icap(f"Encapsulated: {NO_BODY},", " res-body=5") + RESPONSE, 400),
    ("no Encapsulated", icap() + RESPONSE, 400),
    ("two Encapsulated", icap("Encapsulated: null-body=0", f"Encapsulated: {BODY}"), 400),
    ("two Previews", respmod(b"0\r\n\r\n", "Preview: 0", "Preview: 9"), 400),
    ("no number for a preview", respmod(b"0\r\n\r\n", "Preview: many"), 400),
    ("offset too small", icap("Encapsulated: res-hdr=0, res-body=9") + RESPONSE, 400),
    ("offset too large", icap("Encapsulated: res-hdr=0, res-body=21") + RESPONSE + b"0\r\n", 400),
    (
        "two heads called one",
        icap(f"Encapsulated: res-hdr=0, res-body={2 * len(RESPONSE)}") + RESPONSE * 2 + EMPTY,
        400,
    ),
    (
        "a request called a part of the response",
        icap("Encapsulated: req-hdr=0, res-hdr=0, res-body=45") + REQUEST + RESPONSE + EMPTY,
        400,
    ),
    (
        "two requests called one",
        icap(f"Encapsulated: req-hdr=0, res-body={2 * len(REQUEST)}") + REQUEST * 2 + EMPTY,
        400,
    ),
    (
        "an offset between two heads",
        icap(f"Encapsulated: req-hdr=0, res-hdr={len(REQUEST) - 2}, res-body=45")
        + REQUEST + RESPONSE + EMPTY,
        400,
    ),
    ("heads beyond the cap", icap(f"Encapsulated: res-hdr=0, res-body={MAX_HTTP_HEADS + 1}"), 400),
    ("no chunk", respmod(b"xyz\r\n"), 400),
    ("chunk longer than it says", respmod(b"3\r\nabcd\r\n0\r\n\r\n"), 400),
    ("chunk size overflows", respmod(b"ffffffffffffffff\r\n"), 400),
    ("more preview than announced", respmod(b"4\r\nabcd\r\n0\r\n\r\n", "Preview: 3"), 400),
    ("preview in many chunks", respmod(b"1\r\na\r\n" * 4 + b"0\r\n\r\n", "Preview: 3"), 400),
    ("endless line", b"OPTIONS icap://h/" + b"a" * (MAX_HEAD + 1), 400),
    ("endless head", OPTIONS[:-2] + b"X: y\r\n" * MAX_HEAD, 400),
    ("endless trailer", respmod(b"0\r\n" + b"a" * (MAX_TRAILER + 1)), 400),
]  # fmt: skip


@pytest.mark.parametrize("wire, status", [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_refused(wire: bytes, status: int) -> None:
    for pieces in ([wire], every_byte(wire), [OPTIONS + wire], [wire + OPTIONS]):
        talk = converse(pieces)
        assert talk[-1] == status
        assert "end" not in talk
        assert "preview" not in talk


def test_a_last_chunk_before_any_request() -> None:
    assert converse([b"0\r\n\r\n" + OPTIONS]) == [400]


@given(st.binary(max_size=300), st.sampled_from([b"", respmod(b""), OPTIONS, OPTIONS[:-2]]))
def test_garbage_is_refused_or_more_is_wanted(noise: bytes, before: bytes) -> None:
    whole = converse([before + noise])
    assert whole == converse([before, *every_byte(noise)]) or isinstance(whole[-1], int)
