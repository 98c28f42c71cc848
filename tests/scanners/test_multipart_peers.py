"""Our reader of forms beside others: every file that one of them sees, we see too, or tell a gap.

The peers stand for receivers: `multipart`, `python-multipart`, and the standard library's `email`,
on which older Python servers are built.  docs/decisions/0007-multipart-reader.md has the figures.
"""

import email
import email.policy
import io
import re
import time
from base64 import encodebytes
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import unquote

import httpx
import multipart  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import File, create_form_parser

from samples import builders
from scanners.budget import Budget
from scanners.model import Content, Report
from scanners.multipart import MultipartScanner

Files = set[tuple[str, bytes]]
BOUNDARY = "boundary"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
PE = builders.pe()


def _multipart(body: bytes) -> Iterator[tuple[str, bytes]]:
    try:
        for part in multipart.MultipartParser(io.BytesIO(body), BOUNDARY):
            if part.filename:
                yield part.filename, part.raw
    except multipart.MultipartError:
        pass


def _python_multipart(body: bytes) -> Iterator[tuple[str, bytes]]:
    files: list[File] = []
    with_type = {"Content-Type": TYPE.encode()}
    try:
        parser = create_form_parser(with_type, lambda field: None, files.append)
        parser.write(body)
        parser.finalize()
    except FormParserError:
        pass
    for file in files:
        file.file_object.seek(0)
        yield (file.file_name or b"").decode("utf-8", "replace"), file.file_object.read()
        file.close()


def _email(body: bytes) -> Iterator[tuple[str, bytes]]:
    head = f"Content-Type: {TYPE}\r\n\r\n".encode()
    for part in email.message_from_bytes(head + body, policy=email.policy.compat32).walk():
        if part.get_filename():
            payload = part.get_payload(decode=True)
            yield part.get_filename() or "", payload if isinstance(payload, bytes) else b""


PEERS: dict[str, Callable[[bytes], Iterable[tuple[str, bytes]]]] = {
    "multipart": _multipart,
    "python-multipart": _python_multipart,
    "email": _email,
}


def _ours(body: bytes) -> Report:
    parameters = (("boundary", BOUNDARY),)
    content = Content(memoryview(body), declared_type="multipart/form-data", parameters=parameters)
    return MultipartScanner().scan(content, Budget(time.monotonic() + 20, 1 << 26, 1000, 8))


def _named(report: Report) -> Files:
    return _plain(
        (name, bytes(child.view))
        for child in report.children
        for name in (child.name, *child.other_names, "")
    )


def _plain(files: Iterable[tuple[str, bytes]]) -> Files:
    """Leave aside what makes no other file: quotes, folders, names without a dot, line breaks."""
    return {
        (spelled if "." in spelled else "", data.rstrip(b"\r\n"))
        for name, data in files
        for spelled in [re.sub(r"[^\w.]", "", re.split(r"[/\\]", unquote(name))[-1])]
    }


def _body(*parts: str | bytes, line: bytes = b"\r\n", end: bytes = b"--") -> bytes:
    raw = (part.encode() if isinstance(part, str) else part for part in parts)
    mark = b"--" + BOUNDARY.encode()
    return b"".join(mark + line + part + line for part in raw) + mark + end + line


def _file(parameters: str, more: str = "", data: bytes = PE) -> bytes:
    return f"Content-Disposition: form-data; {parameters}\r\n{more}\r\n".encode() + data


FILE = _file('name="f"; filename="a.exe"')
FORMS = {  # body -> which peers see the program
    "as browsers write it": (_body(FILE), {"multipart", "python-multipart", "email"}),
    "two files": (_body(FILE, FILE), {"multipart", "python-multipart", "email"}),
    "name without quotes": (
        _body(_file("name=f; filename=a.exe")),
        {"multipart", "python-multipart", "email"},
    ),
    "name before the field's": (
        _body(_file('filename="a.exe"; name="f"')),
        {"multipart", "python-multipart", "email"},
    ),
    "type first": (
        _body(b"Content-Type: a/b\r\n" + FILE),
        {"multipart", "python-multipart", "email"},
    ),
    "no field name": (_body(_file('filename="a.exe"')), {"multipart", "email"}),
    "extended name only": (_body(_file("name=f; filename*=utf-8''a.exe")), {"email"}),
    "name in pieces": (_body(_file('name=f; filename*0="a."; filename*1="exe"')), {"email"}),
    "name of the type only": (
        _body(b'Content-Disposition: form-data; name="f"\r\nContent-Type: a/b; name=a.exe\r\n\r\n'
              + PE),
        {"email"},
    ),
    "folded": (_body(_file('name="f";\r\n filename="a.exe"')), {"multipart", "email"}),
    "attachment": (
        _body(FILE.replace(b"form-data", b"attachment")),
        {"python-multipart", "email"},
    ),
    "line ends of LF": (
        _body(FILE[: -len(PE)].replace(b"\r\n", b"\n") + PE, line=b"\n"),
        {"email"},
    ),
    "preamble": (b"hello\r\n" + _body(FILE), {"multipart", "email"}),
    "no end": (_body(FILE, end=b"")[:-12], {"email"}),
    "after the end": (_body() + _body(FILE), set()),
    "blanks behind the mark": (_body(FILE).replace(b"boundary\r", b"boundary \r"), {"email"}),
    "base64": (
        _body(_file('name="f"; filename="a.exe"', "Content-Transfer-Encoding: base64\r\n",
                    encodebytes(PE).replace(b"\n", b"\r\n"))),
        {"python-multipart", "email"},
    ),
    "right length": (
        _body(_file('name="f"; filename="a.exe"', f"Content-Length: {len(PE)}\r\n")),
        {"multipart", "python-multipart", "email"},
    ),
    "wrong length": (
        _body(_file('name="f"; filename="a.exe"', "Content-Length: 5\r\n")),
        {"python-multipart", "email"},
    ),
    "two dispositions": (
        _body(b'Content-Disposition: form-data; name="f"\r\n' + FILE),
        {"multipart", "python-multipart"},
    ),
    "many headers": (_body(b"X: y\r\n" * 20 + FILE), {"email"}),
    "header without a colon": (_body(b"X\r\n" + FILE), set()),
}  # fmt: skip


@pytest.mark.parametrize("body, seen_by", FORMS.values(), ids=FORMS)
def test_what_any_peer_sees_we_see(body: bytes, seen_by: set[str]) -> None:
    ours = _named(_ours(body))
    assert ("a.exe", PE) in ours
    seen = {name: _plain(read(body)) for name, read in PEERS.items()}
    assert {name for name, files in seen.items() if ("a.exe", PE) in files} == seen_by
    for files in seen.values():
        assert files <= ours


def test_no_peer_sees_what_all_see() -> None:
    """The reason for a reader of our own: each peer misses what another receiver takes."""
    for peer in PEERS:
        assert any(seen_by and peer not in seen_by for _, seen_by in FORMS.values())


@pytest.mark.parametrize("name", ["a.exe", 'a"b;c.exe', "ü \u4f60.exe", "a b%20c\\d.exe"])
def test_what_a_client_writes_is_read_without_a_gap(name: str) -> None:
    files = {"f": (name, PE, "image/jpeg")}
    headers = {"Content-Type": TYPE}
    request = httpx.Request("POST", "http://x/", data={"a": "b"}, files=files, headers=headers)
    report = _ours(request.read())
    assert [bytes(child.view) for child in report.children] == [b"b", PE]
    assert report.unscanned == ()
    assert _plain([(name, PE)]) <= _named(report)


PIECES = st.sampled_from(
    [
        b"--boundary", b"--", b"\r\n", b"\n", b"\r", b" ", b"\t", b"\0", b"data", b":", b";",
        b"Content-Disposition: form-data; ", b'name="f"', b'filename="a.exe"', b"filename=b.exe",
        b"filename='c.exe'", b"filename*=utf-8''d.exe", b'"', b"\\", b"=", b"e%22.exe",
        b"Content-Type: text/plain", b"Content-Type: multipart/mixed; boundary=boundary",
        b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable",
        b"Content-Length: 4", b"--boundary\r\n", b"\r\n\r\n", b"--boundary--\r\n",
    ]
)  # fmt: skip
HEADS = st.lists(PIECES, max_size=8).map(b"".join)
BODIES = st.one_of(
    st.lists(PIECES, max_size=40).map(b"".join),
    st.lists(st.tuples(HEADS, HEADS), max_size=3).map(
        lambda parts: _body(
            *(
                b"Content-Disposition: form-data; " + head + b"\r\n\r\n" + data
                for head, data in parts
            )
        )
    ),
)


@pytest.mark.parametrize("peer", PEERS)
@settings(max_examples=400)
@given(body=BODIES)
def test_any_body(peer: str, body: bytes) -> None:
    report = _ours(body)
    if not report.unscanned:
        assert _plain(PEERS[peer](body)) <= _named(report)
