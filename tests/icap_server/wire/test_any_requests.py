"""Any requests, pipelined in any form and cut anywhere, are understood as what they are."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from tests.icap_server.wire.conversation import Talk, converse, every_byte

TRAILERS = [b"", b"Checksum: 1\r\n", b"OPTIONS icap://h/a ICAP/1.0\r\nEncapsulated: res-body=0\r\n"]
EXTENSIONS = [b"", b"; a=b", b' ;a="b;c"', b" \t", b";ieof-not"]
HEADS = {
    "OPTIONS": b"",
    "REQMOD": b"PUT http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
    "RESPMOD": b"HTTP/1.1 200 OK\r\n\r\n",
}
PARTS = {"OPTIONS": "opt", "REQMOD": "req", "RESPMOD": "res"}
chunk_lists = st.lists(
    st.tuples(st.binary(min_size=1, max_size=50), st.sampled_from(EXTENSIONS), st.booleans()),
    max_size=5,
)
endings = st.tuples(st.sampled_from(EXTENSIONS), st.sampled_from(TRAILERS))
cuts = st.lists(st.integers(0, 4000), max_size=20).map(sorted)


def encode(
    chunks: Sequence[tuple[bytes, bytes, bool]], ending: tuple[bytes, bytes], last: bytes = b"0"
) -> bytes:
    """Return a body; each chunk has its extension, and its size in upper case or not."""
    wire = b""
    for data, extension, upper in chunks:
        size = b"%X" if upper else b"%04x"
        wire += size % len(data) + extension + b"\r\n" + data + b"\r\n"
    return wire + last + ending[0] + b"\r\n" + ending[1] + b"\r\n"


@st.composite
def requests(draw: st.DrawFn) -> tuple[bytes, Talk]:
    """Return a request, and what is understood if its preview is answered with 100 Continue."""
    method = draw(st.sampled_from(sorted(HEADS)))
    http, part = HEADS[method], PARTS[method]
    body = draw(st.none() | chunk_lists)
    preview = draw(st.none() | st.sampled_from(["whole", "part"]))
    fields = draw(st.permutations(["Host: h", "Allow: 204", "X-User: \xe9:,;"]))
    talk: Talk = [f"{method} any/service"]
    wire = b""
    if body is not None:
        note(talk, body)
        wire = encode(body, draw(endings))
        talk.append("end")
    if body is not None and preview:
        last = b"0; ieof" if preview == "whole" else b"0"
        wire = encode(body, draw(endings), last)
        talk[-1] = "ieof" if preview == "whole" else "preview"
        fields.append(f"Preview: {sum(len(data) for data, *_ in body)}")
        if preview == "part":
            rest = draw(chunk_lists)
            wire += encode(rest, draw(endings))
            note(talk, rest)
            talk.append("end")
    last_part = f"{part}-body" if body is not None else "null-body"
    layout = f"{part}-hdr=0, {last_part}={len(http)}" if http else f"{last_part}=0"
    lines = [f"{method} icap://h/any/service?a=b ICAP/1.0", f"Encapsulated: {layout}", *fields, ""]
    head = "".join(f"{line}\r\n" for line in lines).encode("latin-1")
    return draw(st.sampled_from([b"", b"\r\n"])) + head + http + wire, talk


def note(talk: Talk, chunks: Sequence[tuple[bytes, bytes, bool]]) -> None:
    if chunks:
        talk.append(b"".join(data for data, *_ in chunks))


@given(st.lists(requests(), min_size=1, max_size=4), cuts)
def test_any_requests_however_cut(asked: list[tuple[bytes, Talk]], at: list[int]) -> None:
    wire = b"".join(request for request, _ in asked)
    understood = [item for _, talk in asked for item in talk]
    assert converse([wire]) == understood
    assert converse(wire[start:end] for start, end in zip([0, *at], [*at, len(wire)])) == understood
    assert converse(every_byte(wire)) == understood
