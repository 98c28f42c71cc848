"""Entity tags, as a client meets them and as the layer makes them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse

from api import problems
from api.conditional import (
    Conditional,
    IfMatch,
    NeedsIfMatch,
    coded_tag,
    content_tag,
    matches,
    state_tag,
)
from api.envelope import Envelope
from api.exchange import keep_secret

TAG = '"0123"'
MATCHING = [
    (TAG, TAG),
    ('W/"0123"', TAG),
    ('"x", "0123"', TAG),
    ('"0123-gzip"', '"0123-gzip"'),
    ('"x",W/"0123-zstd"', '"0123-zstd"'),
    ("*", TAG),
    (" * ", TAG),
    ("", None),
    ("0123", None),
    ('"01234"', None),
    ('"0123-br"', None),
    ('"012', None),
    ('"*"', None),
]


@pytest.mark.parametrize("header, tag", MATCHING)
def test_matching(header: str, tag: str | None) -> None:
    assert matches(header, TAG) == tag


def test_tags() -> None:
    assert content_tag(b"a") == content_tag(b"a") != content_tag(b"b")
    assert state_tag({"a": 1, "b": [2]}) == state_tag({"b": [2], "a": 1}) != state_tag({"a": 2})
    assert coded_tag(TAG, "gzip") == '"0123-gzip"'


def make_app() -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.get("/json")
    def show(size: int = 1) -> Any:
        return ["x" * size]

    @app.get("/own")
    def own() -> Any:
        return JSONResponse({}, headers={"ETag": state_tag("state"), "Cache-Control": "no-store"})

    @app.get("/secret")
    def secret(request: Request) -> Any:
        keep_secret(request)
        return {"secret": "x"}

    @app.get("/text")
    def text() -> Any:
        return PlainTextResponse("x")

    @app.get("/created")
    def created() -> Any:
        return JSONResponse({}, 201)

    @app.get("/stream")
    def stream() -> Any:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"[1,"
            yield b"2]"

        return StreamingResponse(pieces(), media_type="application/json")

    @app.put("/thing")
    def put(given: NeedsIfMatch) -> Any:
        given.check(TAG)
        return {}

    @app.post("/thing")
    def post(given: IfMatch) -> Any:
        given.check(TAG)
        return {}

    app.add_middleware(Conditional)
    app.add_middleware(Envelope)
    return app


@pytest.fixture
async def known() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://douane") as made:
        yield made


async def test_unchanged_answer_is_not_sent_again(known: httpx.AsyncClient) -> None:
    first = await known.get("/json")
    tag = first.headers["etag"]
    assert tag == content_tag(first.content)
    assert first.headers["cache-control"] == "private, no-cache"
    again = await known.get("/json", headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "private, no-cache"
    assert "content-type" not in again.headers
    assert "content-length" not in again.headers
    assert again.headers["x-request-id"]


async def test_several_fields_are_one_list(known: httpx.AsyncClient) -> None:
    tag = (await known.get("/json")).headers["etag"]
    headers = [("If-None-Match", '"x"'), ("If-None-Match", tag)]
    assert (await known.get("/json", headers=headers)).status_code == 304


async def test_changed_answer_is_sent(known: httpx.AsyncClient) -> None:
    tag = (await known.get("/json")).headers["etag"]
    changed = await known.get("/json?size=2", headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()) == (200, ["xx"])
    assert changed.headers["etag"] != tag


async def test_tag_and_caching_of_the_route_are_kept(known: httpx.AsyncClient) -> None:
    answer = await known.get("/own")
    assert answer.headers["etag"] == state_tag("state")
    assert answer.headers["cache-control"] == "no-store"
    headers = {"If-None-Match": state_tag("state")}
    assert (await known.get("/own", headers=headers)).status_code == 304


@pytest.mark.parametrize("path", ["/secret", "/text", "/created", "/stream"])
async def test_no_tag(known: httpx.AsyncClient, path: str) -> None:
    answer = await known.get(path, headers={"If-None-Match": "*"})
    assert answer.status_code != 304
    assert "etag" not in answer.headers
    assert answer.content


async def test_too_large_for_a_tag(
    known: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.conditional.TAGGED_BYTES", 100)
    assert "etag" in (await known.get("/json?size=96")).headers
    answer = await known.get("/json?size=97")
    assert "etag" not in answer.headers
    assert json.loads(answer.content) == ["x" * 97]


@pytest.mark.parametrize("method, status", [("PUT", 428), ("POST", 200)])
async def test_without_if_match(known: httpx.AsyncClient, method: str, status: int) -> None:
    answer = await known.request(method, "/thing")
    assert answer.status_code == status
    if status == 428:
        assert answer.json()["type"] == "/docs#problem-precondition-missing"


@pytest.mark.parametrize("method", ["PUT", "POST"])
async def test_if_match(known: httpx.AsyncClient, method: str) -> None:
    good = await known.request(method, "/thing", headers={"If-Match": '"x", "0123-gzip"'})
    assert good.status_code == 200
    stale = await known.request(method, "/thing", headers={"If-Match": '"old"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, TAG)
    assert stale.json()["type"] == "/docs#problem-stale"
