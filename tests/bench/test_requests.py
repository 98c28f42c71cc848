"""The requests of the benchmark are valid ICAP, and what they carry is what they claim."""

from pathlib import Path

import magic
import pytest

from bench.requests import (
    CHUNK_BYTES,
    KINDS,
    STAMP,
    KiB,
    MiB,
    body,
    chunked,
    respmod,
    write_requests,
)
from icap_server.wire.connection import ServerConnection
from icap_server.wire.events import BodyData, BodyEnd, RequestHead

SIZES = [KiB, 64 * KiB, MiB]
TRUE_TYPES = {
    "random": "application/octet-stream",
    "text": "text/plain",
    "pe": "application/vnd.microsoft.portable-executable",
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_our_own_wire_reads_it(kind: str, size: int) -> None:
    content = body(kind, size, 7, unique=False)
    head, *data, end = ServerConnection().receive(respmod("respmod", kind, content))
    assert isinstance(head, RequestHead)
    assert (head.method, head.service) == ("RESPMOD", "respmod")
    assert head.allow_204
    assert head.preview is None
    assert head.http_response is not None
    assert f"Content-Length: {size}".encode() in head.http_response
    assert b"".join(bytes(piece.data) for piece in data if isinstance(piece, BodyData)) == content
    assert isinstance(end, BodyEnd)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", KINDS)
def test_sizes_are_exact_and_seeds_differ(kind: str, size: int) -> None:
    first, again, other = (body(kind, size, seed, unique=False) for seed in (1, 1, 2))
    assert len(first) == len(other) == size
    assert first == again
    assert first != other


@pytest.mark.parametrize("kind", KINDS)
def test_the_stamp_stands_once_and_whole(kind: str) -> None:
    content = body(kind, 3 * CHUNK_BYTES, 1, unique=True)
    assert content.endswith(STAMP)
    assert respmod("respmod", kind, content).count(STAMP) == 1
    assert STAMP not in body(kind, 3 * CHUNK_BYTES, 1, unique=False)


def test_chunks() -> None:
    assert chunked(b"") == b"0\r\n\r\n"
    assert chunked(b"a" * 17) == b"1\r\na\r\n10\r\n" + b"a" * 16 + b"\r\n0\r\n\r\n"


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_honest(kind: str) -> None:
    """A disguised file would be blocked, and blocking is not what is measured."""
    found = magic.from_buffer(body(kind, 64 * KiB, 1, unique=True), mime=True)
    assert found == TRUE_TYPES[kind] or (kind, found) == ("pe", "application/x-dosexec")


def test_no_204_unless_allowed() -> None:
    assert b"Allow" not in respmod("echo", "random", b"abc", allow_204=False)


def test_written_requests_differ(tmp_path: Path) -> None:
    paths = write_requests(tmp_path / "new", "respmod", "random", KiB, 3, unique=True)
    assert len({path.read_bytes() for path in paths}) == 3
