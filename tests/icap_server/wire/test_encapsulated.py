"""Which parts, where: the Encapsulated field, and heads that end where it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.wire.encapsulated import (
    MAX_HTTP_HEADS,
    Layout,
    parse_encapsulated,
    require_whole_head,
)
from icap_server.wire.errors import ProtocolError

NONE = (0, 0)
GOOD = [
    ("OPTIONS", None, Layout(NONE, NONE, 0, has_body=False)),
    ("OPTIONS", "null-body=0", Layout(NONE, NONE, 0, has_body=False)),
    ("OPTIONS", "opt-body=0", Layout(NONE, NONE, 0, has_body=True)),
    ("REQMOD", "req-hdr=0, req-body=12", Layout((0, 12), NONE, 12, has_body=True)),
    ("REQMOD", "req-hdr=0, null-body=12", Layout((0, 12), NONE, 12, has_body=False)),
    ("REQMOD", "req-body=0", Layout(NONE, NONE, 0, has_body=True)),
    ("REQMOD", "null-body=0", Layout(NONE, NONE, 0, has_body=False)),
    ("RESPMOD", "req-hdr=0, res-hdr=5, res-body=9", Layout((0, 5), (5, 9), 9, has_body=True)),
    ("RESPMOD", "req-hdr=0, res-hdr=5, null-body=9", Layout((0, 5), (5, 9), 9, has_body=False)),
    ("RESPMOD", "req-hdr=0, res-body=5", Layout((0, 5), NONE, 5, has_body=True)),
    ("RESPMOD", "req-hdr=0, null-body=5", Layout((0, 5), NONE, 5, has_body=False)),
    ("RESPMOD", "res-hdr=0, res-body=5", Layout(NONE, (0, 5), 5, has_body=True)),
    ("RESPMOD", "res-hdr=0, null-body=5", Layout(NONE, (0, 5), 5, has_body=False)),
    ("RESPMOD", "res-body=0", Layout(NONE, NONE, 0, has_body=True)),
    ("RESPMOD", "null-body=0", Layout(NONE, NONE, 0, has_body=False)),
    # an empty request head (ownCloud); blanks are optional, more of them no harm
    ("RESPMOD", "req-hdr=0, res-hdr=0, res-body=9", Layout(NONE, (0, 9), 9, has_body=True)),
    ("RESPMOD", "req-hdr=0,res-hdr=5,res-body=9", Layout((0, 5), (5, 9), 9, has_body=True)),
    ("RESPMOD", " res-hdr = 0\t,\tres-body =9 ", Layout(NONE, (0, 9), 9, has_body=True)),
    ("RESPMOD", "Res-Hdr=0, RES-BODY=9", Layout(NONE, (0, 9), 9, has_body=True)),
    (
        "REQMOD",
        f"req-hdr=0, req-body={MAX_HTTP_HEADS}",
        Layout((0, MAX_HTTP_HEADS), NONE, MAX_HTTP_HEADS, has_body=True),
    ),
]
BAD = [
    ("REQMOD", None),
    ("RESPMOD", None),
    ("REQMOD", ""),
    ("REQMOD", "req-hdr"),
    ("REQMOD", "req-hdr=0"),
    ("REQMOD", "req-hdr=0,"),
    ("REQMOD", "req-hdr=0,,req-body=5"),
    ("REQMOD", "req-hdr=0; req-body=5"),
    ("REQMOD", "req-hdr=0, res-body=5"),
    ("REQMOD", "req-hdr=0, res-hdr=5, req-body=9"),
    ("REQMOD", "req-body=0, req-hdr=5"),
    ("REQMOD", "req-hdr=0, req-hdr=5, req-body=9"),
    ("REQMOD", "opt-body=0"),
    ("RESPMOD", "req-body=0"),
    ("RESPMOD", "res-hdr=0, req-hdr=5, res-body=9"),
    ("RESPMOD", "req-hdr=0, res-hdr=5, res-body=9, null-body=9"),
    ("OPTIONS", "req-hdr=0, null-body=5"),
    ("OPTIONS", "res-body=0"),
    ("REQMOD", "null-body=1"),
    ("REQMOD", "req-hdr=1, req-body=5"),
    ("RESPMOD", "req-hdr=0, res-hdr=9, res-body=5"),
    ("REQMOD", "req-hdr=0, req-body=-5"),
    ("REQMOD", "req-hdr=+0, req-body=5"),
    ("REQMOD", "req-hdr=0, req-body=0x5"),
    ("REQMOD", "req-hdr=0, req-body=5.0"),
    ("REQMOD", "req-hdr=0, req-body=٥"),
    ("REQMOD", "req-hdr=0, req-body=" + "9" * 40),
    ("REQMOD", "req-hdr=0, req-body=0000000005"),
    ("REQMOD", f"req-hdr=0, req-body={MAX_HTTP_HEADS + 1}"),
]


@pytest.mark.parametrize("method, value, layout", GOOD)
def test_legal_list(method: str, value: str | None, layout: Layout) -> None:
    assert parse_encapsulated(method, value) == layout


@pytest.mark.parametrize("method, value", BAD)
def test_anything_else_is_refused(method: str, value: str | None) -> None:
    with pytest.raises(ProtocolError) as caught:
        parse_encapsulated(method, value)
    assert caught.value.icap_status == 400


@given(st.sampled_from(["OPTIONS", "REQMOD", "RESPMOD"]), st.text("reqshdopnul-by=0123, \t"))
def test_heads_never_leave_what_is_announced(method: str, value: str) -> None:
    try:
        layout = parse_encapsulated(method, value)
    except ProtocolError:
        return
    starts_and_ends = [*layout.request, *layout.response]
    assert all(0 <= at <= layout.heads <= MAX_HTTP_HEADS for at in starts_and_ends)


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize("head", [b"", HEAD, b"GET / HTTP/1.0\r\n\r\n"])
def test_a_head_that_ends_with_its_blank_line(head: bytes) -> None:
    require_whole_head(head)


@pytest.mark.parametrize(
    "head", [HEAD[:-1], HEAD[:-2], HEAD + b"x", HEAD + HEAD, HEAD + b"\r\n", b"x"]
)
def test_offset_that_lies(head: bytes) -> None:
    """What is judged here must be what the proxy goes on with."""
    with pytest.raises(ProtocolError):
        require_whole_head(head)
