"""HTTP messages in a body: what they carry is a file like any other."""

import gzip
from collections.abc import Callable

import pytest

from samples import builders
from samples.builders import pe
from scanners.model import Examination, TypeNode

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]

PE = pe()
HEAD = b"Content-Type: application/octet-stream\r\n"
PUT = b"PUT /files/photo.jpg?x=1 HTTP/1.1\r\n"
MESSAGES = {
    "request": PUT + HEAD + b"\r\n" + PE,
    "request without a version": b"POST photo.jpg\r\n" + HEAD + b"\r\n" + PE,
    "bare line feeds": PUT.replace(b"\r", b"") + b"Accept: a/b\n\n" + PE,
    "answer": b'HTTP/1.1 200 OK\r\nContent-Disposition: a; filename="photo.jpg"\r\n\r\n' + PE,
    "no fields": PUT + b"\r\n" + PE,
    "coding": PUT + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(PE),
    "chunks": PUT + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(PE), PE),
    "another length": PUT + b"Content-Length: 5\r\n\r\n" + PE,
}


def _nodes(node: TypeNode | None) -> list[tuple[str, str]]:
    assert node is not None
    return [(node.file_type.name, node.name), *(pair for c in node.children for pair in _nodes(c))]


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
@pytest.mark.parametrize("declared_type", ["application/http", "message/http"])
def test_body_is_judged_under_its_name(
    run: Examine, findings: Findings, message: bytes, declared_type: str
) -> None:
    found = run(message, declared_type=declared_type)
    assert "pe" in [name for name, _ in _nodes(found.types)]
    assert "disguise.extension" in findings(found)
    assert "unscanned.malformed" not in findings(found)


def test_batch(run: Examine, findings: Findings) -> None:
    part = builders.Part("x", MESSAGES["request"], content_type="application/http")
    found = run(
        builders.multipart([part], "b"),
        declared_type="multipart/mixed",
        parameters=(("boundary", "b"),),
    )
    assert "disguise.extension" in findings(found)


@pytest.mark.parametrize("message", [b"", PE, b"no start line\r\n\r\n", PUT + b"broken"])
def test_what_is_no_message_is_malformed(run: Examine, findings: Findings, message: bytes) -> None:
    assert "unscanned.malformed" in findings(run(message, declared_type="application/http"))


@pytest.mark.parametrize(
    "message", [b"GET /a HTTP/1.1\r\n\r\n", b"HTTP/1.1 204 No Content\r\n\r\n"]
)
def test_message_without_a_body(run: Examine, findings: Findings, message: bytes) -> None:
    assert findings(run(message, declared_type="application/http")) == set()


def test_another_type_is_left_alone(run: Examine) -> None:
    (_, *inside) = _nodes(run(MESSAGES["request"], declared_type="text/plain").types)
    assert [name for _, name in inside] == ["pe at 77"], "found as in any other file, not parsed"
