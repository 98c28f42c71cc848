"""Compression: who gets which coding, and what is never compressed."""

import gzip
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import zstandard
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from api.compression import MEDIA_TYPES, SMALLEST_BYTES, Compression, chosen_coding
from api.conditional import Conditional
from api.envelope import Envelope
from api.exchange import keep_secret

CODINGS = [
    ("", None),
    ("gzip", "gzip"),
    ("GZIP", "gzip"),
    ("x-gzip", "gzip"),
    ("zstd", "zstd"),
    ("gzip, deflate, br, zstd", "zstd"),
    ("gzip;q=1, zstd;q=0.9", "gzip"),
    ("gzip; q=0.5 , zstd ; q=0", "gzip"),
    ("*", "zstd"),
    ("*;q=0", None),
    ("*, zstd;q=0", "gzip"),
    ("gzip;q=0", None),
    ("gzip;q=0.000", None),
    ("br, identity", None),
    ("gzip;q=high", None),
    ("gzip;q=2", None),
    ("\x00gzip", None),
    ("x" * 999 + ",gzip", None),
]


@pytest.mark.parametrize("header, coding", CODINGS)
def test_chosen(header: str, coding: str | None) -> None:
    assert chosen_coding(header) == coding


def make_app() -> FastAPI:
    app = FastAPI()

    @app.get("/json")
    def show(size: int) -> Any:
        return Response(b"[" + b" " * (size - 2) + b"]", media_type="application/json")

    @app.get("/kind")
    def kind(media_type: str, request: Request, secret: bool = False) -> Any:
        if secret:
            keep_secret(request)
        return Response("x" * 5000, headers={"Content-Type": media_type})

    @app.get("/coded")
    def coded() -> Any:
        return Response("x" * 5000, media_type="text/csv", headers={"Content-Encoding": "br"})

    @app.get("/stream")
    def stream() -> Any:
        async def pieces() -> AsyncIterator[bytes]:
            for number in range(50):
                yield hashlib.shake_128(b"%d" % number).hexdigest(4000).encode()

        return StreamingResponse(pieces(), media_type="text/csv")

    app.add_middleware(Conditional)
    app.add_middleware(Compression)
    app.add_middleware(Envelope)
    return app


@pytest.fixture
async def squeezed() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app())
    headers = {"Accept-Encoding": "gzip"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://douane", headers=headers
    ) as made:
        yield made


async def raw(client: httpx.AsyncClient, path: str, coding: str) -> tuple[httpx.Headers, bytes]:
    async with client.stream("GET", path, headers={"Accept-Encoding": coding}) as answer:
        return answer.headers, b"".join([piece async for piece in answer.aiter_raw()])


@pytest.mark.parametrize("path", ["/json?size=2000000", "/json?size=5000", "/stream"])
async def test_content_is_the_same(squeezed: httpx.AsyncClient, path: str) -> None:
    _, plain = await raw(squeezed, path, "identity")
    headers, coded = await raw(squeezed, path, "gzip")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(coded) == plain
    assert len(coded) < 0.7 * len(plain)
    headers, coded = await raw(squeezed, path, "zstd")
    assert headers["content-encoding"] == "zstd"
    assert zstandard.ZstdDecompressor().decompressobj().decompress(coded) == plain
    assert headers["vary"] == "Accept-Encoding"
    assert "content-length" not in headers


async def test_tag_is_that_of_the_coded_content(squeezed: httpx.AsyncClient) -> None:
    plain, _ = await raw(squeezed, "/json?size=5000", "identity")
    coded, _ = await raw(squeezed, "/json?size=5000", "gzip")
    assert coded["etag"] == plain["etag"][:-1] + '-gzip"'
    assert plain["vary"] == "Accept-Encoding"
    again = await squeezed.get("/json?size=5000", headers={"If-None-Match": coded["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, coded["etag"])
    assert "content-encoding" not in again.headers


@pytest.mark.parametrize("size, compressed", [(SMALLEST_BYTES - 1, False), (SMALLEST_BYTES, True)])
async def test_short_answers_are_left(
    squeezed: httpx.AsyncClient, size: int, compressed: bool
) -> None:
    answer = await squeezed.get(f"/json?size={size}")
    assert ("content-encoding" in answer.headers) is compressed
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("media_type", sorted(MEDIA_TYPES))
async def test_kinds(squeezed: httpx.AsyncClient, media_type: str) -> None:
    path = f"/kind?media_type={media_type.replace('+', '%2b')}; charset=utf-8"
    assert (await squeezed.get(path)).headers["content-encoding"] == "gzip"
    secret = await squeezed.get(path + "&secret=1")
    assert "content-encoding" not in secret.headers


@pytest.mark.parametrize("media_type", ["text/event-stream", "application/gzip", "image/png", ""])
async def test_other_kinds(squeezed: httpx.AsyncClient, media_type: str) -> None:
    answer = await squeezed.get(f"/kind?media_type={media_type}")
    assert "content-encoding" not in answer.headers


async def test_pages_of_a_session_are_left(squeezed: httpx.AsyncClient) -> None:
    """Their forms hold the session's token."""
    cookie = {"Cookie": "session=x"}
    page = await squeezed.get("/kind?media_type=text/html", headers=cookie)
    assert "content-encoding" not in page.headers
    table = await squeezed.get("/kind?media_type=text/csv", headers=cookie)
    assert "content-encoding" in table.headers


async def test_what_is_coded_stays_as_it_is(squeezed: httpx.AsyncClient) -> None:
    headers, body = await raw(squeezed, "/coded", "gzip")
    assert (headers["content-encoding"], body) == ("br", b"x" * 5000)
