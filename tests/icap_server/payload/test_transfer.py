"""From heads to the transfer: where, what kind, whole or part, live or not."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.payload.channels import Channels
from icap_server.payload.http_head import HeadMalformed, HttpHead, parse_request_head
from icap_server.payload.http_head import parse_response_head as response
from icap_server.payload.transfer import (
    build_transfer,
    host_of,
    is_live_stream,
    locate,
)
from scanners.declared_type import AMBIGUOUS
from verdicts.model import Direction, NameSource, OtherName, Piece, Transfer

NOW = datetime(2024, 1, 1, tzinfo=UTC)
NO_CHANNELS = Channels({})


def build(
    method: str,
    request: bytes | None = None,
    answer: bytes | None = None,
    icap: dict[str, str] | None = None,
) -> Transfer:
    return build_transfer(
        method=method,
        service="avscan",
        icap_fields=icap or {},
        request=parse_request_head(request) if request else None,
        response=response(answer) if answer else None,
        channels=NO_CHANNELS,
        transfer_id="id",
        received_at=NOW,
    )


def test_a_download() -> None:
    transfer = build(
        "RESPMOD",
        b"GET https://CDN.Example.com:8443/a/b.zip?x=1 HTTP/1.1\r\nHost: cdn.example.com\r\n"
        b"Content-Type: text/plain\r\nAccept: application/json\r\n"
        b"Accept-Language: de-AT, en;q=0.5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: Application/ZIP; x=Y\r\nContent-Encoding: gzip\r\n"
        b"Content-Encoding: br\r\n\r\n",
        {
            "x-client-ip": "192.0.2.7",
            "x-client-username": "bob",
            "x-authenticated-groups": "staff",
        },
    )
    assert transfer == Transfer(
        "id",
        "avscan",
        Direction.DOWNLOAD,
        NOW,
        url="https://CDN.Example.com:8443/a/b.zip?x=1",
        host="cdn.example.com",
        client_ip="192.0.2.7",
        user="bob",
        groups=("staff",),
        file_name="b.zip",
        declared_type="application/zip",
        parameters=(("x", "Y"),),
        codings=("gzip", "br"),
        prefers_json=True,
        accept_language="de-AT, en;q=0.5",
    )


def test_an_upload() -> None:
    transfer = build(
        "REQMOD",
        b"PUT /files/a.txt HTTP/1.1\r\nHost: Up.Example:80\r\nContent-Type: text/plain\r\n"
        b"Content-Disposition: attachment; filename=b.txt\r\n\r\n",
    )
    assert transfer == Transfer(
        "id",
        "avscan",
        Direction.UPLOAD,
        NOW,
        url="http://Up.Example:80/files/a.txt",
        host="up.example",
        file_name="b.txt",
        declared_type="text/plain",
        other_names=(OtherName(NameSource.TARGET, "a.txt"),),
    )


def test_a_piece_of_a_download() -> None:
    range_ = b'HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1-9/20\r\nETag: "v"\r\n\r\n'
    transfer = build("RESPMOD", None, range_)
    assert (transfer.partial, transfer.piece) == (True, Piece(1, 9, 20, '"v"'))


@pytest.mark.parametrize("method", ["REQMOD", "RESPMOD"])
def test_without_heads_little_is_known(method: str) -> None:
    transfer = build(method)
    assert (transfer.url, transfer.host, transfer.file_name, transfer.channel) == (
        "",
        "",
        "",
        "unknown",
    )


def test_a_response_head_in_place_of_the_request_is_survived() -> None:
    """toolarium sends one in REQMOD."""
    transfer = build("REQMOD", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    assert (transfer.url, transfer.host, transfer.declared_type) == ("", "", "text/plain")


def test_the_last_content_type_counts_as_it_does_for_browsers() -> None:
    two = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Type: text/html\r\n\r\n"
    transfer = build("RESPMOD", None, two)
    assert (transfer.declared_type, transfer.other_types) == ("text/html", ("image/jpeg",))


def test_two_names_are_both_told() -> None:
    two = b"HTTP/1.1 200 OK\r\nContent-Disposition: x; filename=a.exe; filename=b.jpg\r\n\r\n"
    transfer = build("RESPMOD", None, two)
    assert (transfer.file_name, transfer.stated_names) == ("a.exe", ("b.jpg",))


def test_a_contradictory_multipart_type_has_no_boundary() -> None:
    head = b"POST / HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=X\r\n"
    transfer = build("REQMOD", head + b"Content-Type: text/plain\r\n\r\n")
    assert (transfer.declared_type, transfer.parameters) == (AMBIGUOUS, ())


@pytest.mark.parametrize(
    "target, host, url, found, path",
    [
        ("http://a.example/x?y/z", "b", "http://a.example/x?y/z", "a.example", "/x"),
        ("HTTPS://u:p@A.example:1/x", "", "HTTPS://u:p@A.example:1/x", "a.example", "/x"),
        ("http://a.example", "", "http://a.example", "a.example", "/"),
        ("http://a.example?x", "", "http://a.example?x", "a.example", "/"),
        ("http://a.example\\@b.example/", "", "http://a.example\\@b.example/", "b.example", "/"),
        ("ftp://a.example/x", "", "ftp://a.example/x", "a.example", "/x"),
        ("/x#y?z", "A.example.", "http://A.example./x#y?z", "a.example", "/x"),
        ("/x", "", "/x", "", "/x"),
        (
            "//b.example/x",
            "a.example",
            "http://a.example//b.example/x",
            "a.example",
            "//b.example/x",
        ),
        ("*", "a.example", "http://a.example*", "a.example", "*"),
    ],
)
def test_where(target: str, host: str, url: str, found: str, path: str) -> None:
    fields = (("host", host),) if host else ()
    assert locate(HttpHead("HTTP/1.1", fields, "GET", target)) == (url, found, path)


def test_connect_names_a_host_only() -> None:
    head = HttpHead("HTTP/1.1", (("host", "b.example"),), "CONNECT", "A.example:443")
    assert locate(head) == ("A.example:443", "a.example", "")


@pytest.mark.parametrize(
    "authority, host",
    [
        ("a.example", "a.example"),
        ("a.example:", "a.example"),
        ("a.example:80", "a.example"),
        ("a.example.:80", "a.example"),
        ("[2001:DB8::1]:80", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("u@p@a.example", "a.example"),
        (" a.example ", "a.example"),
        ("a" * 256, ""),
        ("", ""),
    ],
)
def test_host(authority: str, host: str) -> None:
    assert host_of(authority) == host


VIDEO = "Content-Type: video/mp4"
NOT_LIVE = {  # fields, name
    "page": ("Content-Type: text/html", ""),
    "no type": ("A: b", ""),
    "stated length": (f"{VIDEO}\r\nContent-Length: 5", ""),
    "event stream of stated length": ("Content-Type: text/event-stream\r\nContent-Length: 5", ""),
    "to be saved": (f"{VIDEO}\r\nContent-Disposition: Attachment; filename=a", "a"),
    "quoted disposition": (f'{VIDEO}\r\nContent-Disposition: "attachment"', ""),
    "unknown disposition": (f"{VIDEO}\r\nContent-Disposition: x", ""),
    "named": (f"{VIDEO}\r\nContent-Disposition: inline; filename=a.mp4", "a.mp4"),
    "named in RFC 8187": (f"{VIDEO}\r\nContent-Disposition: inline; filename*=utf-8''a", "a"),
    "second disposition": (
        f"{VIDEO}\r\nContent-Disposition: inline\r\nContent-Disposition: attachment",
        "",
    ),
    "second type": (f"Content-Type: application/zip\r\n{VIDEO}", ""),
    "nonsense beside": (f"Content-Type: zip\r\n{VIDEO}", ""),
    "list": (f"{VIDEO}, application/zip", ""),
    "list behind a parameter": (f"{VIDEO}; a=b, application/zip", ""),
    "archive": (VIDEO, "report.zip"),
    "archive behind a colon": (VIDEO, "report.zip:a.mp4"),
    "document": ("Content-Type: text/event-stream", "Report.DOCX"),
}
LIVE = {
    "events": ("Content-Type: text/event-stream; charset=utf-8", "events"),
    "camera": ("Content-Type: multipart/x-mixed-replace;boundary=--frame", "video.cgi"),
    "camera without boundary": ("Content-Type: multipart/x-mixed-replace", "video.mjpg"),
    "radio": ("Content-Type: audio/mpeg", ";stream.nsv"),
    "radio at 128 kbit": ("Content-Type: audio/mpeg", "rock.128"),
    "two codecs": (f'{VIDEO}; codecs="avc1.42E01E, mp4a.40.2"', "LIVE.MP4"),
    "said twice": (f"{VIDEO}\r\n{VIDEO}", ""),
    "inline": (f"{VIDEO}\r\nContent-Disposition: inline", ""),
}


def is_live(fields: str, *names: str, status: str = "200 OK") -> bool:
    others = tuple(OtherName(NameSource.TARGET, name) for name in names[1:])
    transfer = replace(build("RESPMOD"), file_name=names[0], other_names=others)
    head = response(f"HTTP/1.1 {status}\r\n{fields}\r\n\r\n".encode())
    return is_live_stream(head, transfer)


@pytest.mark.parametrize("fields, name", LIVE.values(), ids=LIVE)
def test_live_streams(fields: str, name: str) -> None:
    assert is_live(fields, name)


@pytest.mark.parametrize("fields, name", NOT_LIVE.values(), ids=NOT_LIVE)
def test_files_are_no_live_streams(fields: str, name: str) -> None:
    assert not is_live(fields, name)


def test_only_whole_answers_are_live_streams() -> None:
    assert not is_live(VIDEO, "", status="206 Partial")
    assert not is_live("Content-Type: text/event-stream", "", status="404 Not Found")
    assert not is_live_stream(None, build("RESPMOD"))


def test_every_name_of_a_live_stream_is_one() -> None:
    assert is_live(VIDEO, "a.mp4", "get.php")
    assert not is_live(VIDEO, "a.mp4", "setup.exe")


@pytest.mark.parametrize(
    "accept, prefers",
    [
        ("application/json", True),
        ("application/problem+JSON, */*", True),
        ("text/html, application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_json_for_programs(accept: str, *, prefers: bool) -> None:
    head = b"GET / HTTP/1.1\r\nAccept: " + accept.encode() + b"\r\n\r\n"
    assert build("RESPMOD", head).prefers_json is prefers


NAMES = ["Host", "Content-Type", "Content-Disposition", "Content-Range", "Content-Encoding"]
fields = st.lists(st.tuples(st.sampled_from(NAMES), st.text(st.characters(codec="latin-1"))))


@given(fields, st.text(st.characters(codec="latin-1")), st.sampled_from(["REQMOD", "RESPMOD"]))
def test_no_heads_raise_anything_but_malformed(
    found: list[tuple[str, str]], target: str, method: str
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in found)
    try:
        transfer = build(
            method,
            f"GET {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1"),
            f"HTTP/1.1 200 OK\r\n{lines}\r\n".encode("latin-1"),
        )
    except HeadMalformed:
        return
    transfer.file_name.encode("utf-8")
    assert transfer.host == transfer.host.lower()
