"""Bodies: bounded, in time, and described."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.types import Message

from api import bodies
from api.bodies import JSON_BYTES, busy, file_body, json_body, read_file, read_json
from api.problems import RequestFailed
from verdicts.spool import Spool, SpoolSpace


class Said(BaseModel):
    words: str


class Client:
    """Sends pieces, then nothing more; `ends`: says that this was all."""

    def __init__(self, *pieces: bytes, ends: bool = True, length: str = "") -> None:
        self._pieces = list(pieces)
        self._ends = ends
        self._headers = [(b"content-length", length.encode())] if length else []

    def request(self) -> Request:
        return Request({"type": "http", "headers": self._headers}, self._receive)

    async def _receive(self) -> Message:
        if self._pieces:
            more = len(self._pieces) > 1 or not self._ends
            return {"type": "http.request", "body": self._pieces.pop(0), "more_body": more}
        await asyncio.Event().wait()
        raise AssertionError


@pytest.fixture
def space(tmp_path: Path) -> SpoolSpace:
    return SpoolSpace(tmp_path, memory_bytes=10, memory_total=10, disk_total=1000)


@pytest.fixture
def spool(space: SpoolSpace) -> Iterator[Spool]:
    made = Spool(space)
    yield made
    made.close()


async def test_json_in_pieces() -> None:
    assert await read_json(Client(b'{"wor', b'ds": "x"}').request(), Said) == Said(words="x")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"words": 1}', b'{"words": "\xff"}'])
async def test_what_is_no_such_document(body: bytes) -> None:
    with pytest.raises(RequestValidationError) as caught:
        await read_json(Client(body).request(), Said)
    assert all(one["loc"][0] == "body" for one in caught.value.errors())


async def test_lone_surrogates_are_refused() -> None:
    with pytest.raises(RequestValidationError):
        await read_json(Client(rb'{"words": "\ud800"}').request(), Said)


@pytest.mark.parametrize(
    "client",
    [
        Client(bytes(JSON_BYTES), b"x"),
        Client(b"", length=str(JSON_BYTES + 1)),
        Client(b"", length="9" * 5000),
    ],
)
async def test_document_that_is_too_large(client: Client) -> None:
    with pytest.raises(RequestFailed, match="at most") as caught:
        await read_json(client.request(), Said)
    assert caught.value.status == 413


async def test_slow_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SMALL_SECONDS", 0.01)
    with pytest.raises(RequestFailed) as caught:
        await read_json(Client(b"{", ends=False).request(), Said)
    assert caught.value.status == 408


async def test_file(spool: Spool, space: SpoolSpace) -> None:
    await read_file(Client(b"ab", b"c" * 20).request(), spool, space, 22, 5)
    assert b"".join(spool.read()) == b"ab" + b"c" * 20


async def test_no_room_for_a_file(spool: Spool, space: SpoolSpace) -> None:
    space.disk_used = space.disk_total
    with pytest.raises(RequestFailed, match="no room") as caught:
        await read_file(Client(b"ab").request(), spool, space, 22, 5)
    assert caught.value.status == 503


async def test_disk_that_is_full(spool: Spool, space: SpoolSpace) -> None:
    space.folder = Path("/nonexistent")
    with pytest.raises(RequestFailed, match="disk") as caught:
        await read_file(Client(b"x" * 20).request(), spool, space, 22, 5)
    assert caught.value.status == 507


def test_descriptions() -> None:
    described = json_body(Said)["requestBody"]["content"]["application/json"]["schema"]
    assert described["required"] == ["words"]
    assert list(file_body("It.", "a/b", "c/d")["requestBody"]["content"]) == ["a/b", "c/d"]
    json.dumps([described, file_body("It.", "a/b")])


def test_busy_says_when_to_come_again() -> None:
    assert busy("Later.").headers == {"Retry-After": "5"}
