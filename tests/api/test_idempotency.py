"""What is sent twice with an Idempotency-Key is done once, and answered the same."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response

from api import idempotency, problems
from api.envelope import Envelope
from api.exchange import keep_secret
from api.idempotency import only_once
from api.services import Services
from verdicts.ledger.access.request_changes import ClaimRequest
from verdicts.ledger.access.requests import BODY_BYTES
from verdicts.ledger.questions import ask_change
from verdicts.model import utc_now
from verdicts.record import microseconds

pytestmark = pytest.mark.usefixtures("ledger")


class Counted:
    """An application whose routes say how often they were run."""

    def __init__(self, site: Any) -> None:
        self.runs = 0
        self.go = asyncio.Event()
        self.go.set()
        self.app = FastAPI()
        problems.install(self.app)
        idempotency.install(self.app, site.place.socket)
        self.app.add_middleware(Envelope)
        services: Services = site.app.state.services

        @self.app.api_route("/done/{kind}", methods=["POST", "PUT"])
        async def done(request: Request, kind: str, size: int = 2) -> Response:
            await only_once(request, services, request.headers.get("owner", "ann"))
            self.runs += 1
            await self.go.wait()
            match kind:
                case "body":
                    await request.body()
                case "secret":
                    keep_secret(request)
                case "refused":
                    raise problems.RequestFailed(HTTPStatus.CONFLICT, "No.")
                case "bug":
                    raise RuntimeError("bug")
                case "bytes":
                    return Response(b"\xff")
            headers = {"Location": "/x", "ETag": '"1"', "X-Other": "y"}
            return Response(b"x" * size + b"%d" % self.runs, 201, headers, "text/plain")


@pytest.fixture
def counted(site: Any) -> Counted:
    return Counted(site)


@pytest.fixture
async def sender(counted: Counted) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(counted.app)
    headers = {"Idempotency-Key": "k-1"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://douane", headers=headers
    ) as made:
        yield made


def kind(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/docs#problem-")


@pytest.mark.parametrize("path", ["/done/body", "/done/unread"])
async def test_done_once_and_answered_the_same(
    counted: Counted, sender: httpx.AsyncClient, path: str
) -> None:
    first = await sender.post(path, content=b"content")
    again = await sender.post(path, content=b"content")
    assert (first.status_code, first.text, counted.runs) == (201, "xx1", 1)
    assert (again.status_code, again.text) == (201, "xx1")
    for name in ("content-type", "location", "etag"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert "x-other" not in again.headers
    assert again.headers["x-request-id"] != first.headers["x-request-id"]


@pytest.mark.parametrize(
    "path, content",
    [
        ("/done/body", b"Content"),
        ("/done/body", b""),
        ("/done/body?size=2", b"content"),
        ("/done/unread", b"content"),
        ("/done/bod%79", b"content"),
    ],
)
async def test_other_request_with_the_same_key(
    counted: Counted, sender: httpx.AsyncClient, path: str, content: bytes
) -> None:
    await sender.post("/done/body", content=b"content")
    other = await sender.post(path, content=content)
    assert (other.status_code, kind(other), counted.runs) == (422, "idempotency-key-reused", 1)


async def test_keys_belong_to_their_owners(counted: Counted, sender: httpx.AsyncClient) -> None:
    await sender.post("/done/body", content=b"content")
    other = await sender.post("/done/body", content=b"content", headers={"owner": "bob"})
    assert (other.status_code, counted.runs) == (201, 2)
    assert "idempotency-replayed" not in other.headers


async def test_second_one_while_the_first_runs(counted: Counted, sender: httpx.AsyncClient) -> None:
    counted.go.clear()
    first = asyncio.create_task(sender.post("/done/body"))
    async with asyncio.timeout(20):
        while counted.runs == 0:  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.001)
        second = await sender.post("/done/body")
        assert (second.status_code, kind(second)) == (409, "idempotency-key-in-flight")
        assert second.headers["retry-after"] == "5"
        counted.go.set()
        assert (await first).status_code == 201
    assert (await sender.post("/done/body")).headers["idempotency-replayed"] == "true"
    assert counted.runs == 1


@pytest.mark.parametrize("path, status", [("/done/refused", 409), ("/done/bug", 500)])
async def test_what_failed_may_be_tried_again(
    counted: Counted, sender: httpx.AsyncClient, path: str, status: int
) -> None:
    assert (await sender.post(path)).status_code == status
    assert (await sender.post(path)).status_code == status
    assert counted.runs == 2
    assert (await sender.post("/done/body")).status_code == 201


@pytest.mark.parametrize(
    "path", ["/done/secret", f"/done/large?size={BODY_BYTES + 1}", "/done/bytes"]
)
async def test_answer_that_is_not_kept(
    counted: Counted, sender: httpx.AsyncClient, path: str
) -> None:
    assert (await sender.post(path)).status_code in {200, 201}
    again = await sender.post(path)
    assert (again.status_code, kind(again), counted.runs) == (409, "idempotent-answer-not-kept", 1)


async def pieces() -> AsyncIterator[bytes]:
    for _ in range(5):
        yield bytes(BODY_BYTES)


async def test_body_that_was_not_read_to_the_end(
    counted: Counted, sender: httpx.AsyncClient
) -> None:
    """Only what was hashed can be known to be the same."""
    assert (await sender.post("/done/unread", content=pieces())).status_code == 201
    again = await sender.post("/done/unread", content=pieces())
    assert (again.status_code, kind(again), counted.runs) == (422, "idempotency-key-reused", 1)


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\tb"])
async def test_key_that_is_none(counted: Counted, sender: httpx.AsyncClient, key: str) -> None:
    answer = await sender.post("/done/body", headers={b"Idempotency-Key": key.encode()})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "header.idempotency-key"
    assert counted.runs == 0


async def test_two_keys(counted: Counted, sender: httpx.AsyncClient) -> None:
    headers = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    assert (await sender.post("/done/body", headers=headers)).status_code == 422


async def test_longest_key(counted: Counted, sender: httpx.AsyncClient) -> None:
    for _ in range(2):
        await sender.post("/done/body", headers={"Idempotency-Key": '"' + "~" * 254})
    assert counted.runs == 1


async def test_other_methods_have_no_need_of_it(
    counted: Counted, sender: httpx.AsyncClient
) -> None:
    for _ in range(2):
        assert (await sender.put("/done/body")).status_code == 201
    assert counted.runs == 2


async def test_claim_of_another_process(site: Any, sender: httpx.AsyncClient) -> None:
    claim = ClaimRequest("ann", "k-1", microseconds(utc_now()))
    assert await asyncio.to_thread(ask_change, site.place.socket, claim)
    answer = await sender.post("/done/body")
    assert (answer.status_code, kind(answer)) == (409, "idempotency-key-in-flight")


async def test_client_that_leaves_frees_the_key(
    counted: Counted, sender: httpx.AsyncClient
) -> None:
    counted.go.clear()
    first = asyncio.create_task(sender.post("/done/body"))
    async with asyncio.timeout(20):
        while counted.runs == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    counted.go.set()
    assert (await sender.post("/done/body")).status_code == 201
    assert counted.runs == 2


async def test_without_a_ledger_the_route_is_not_run(
    site: Any, counted: Counted, sender: httpx.AsyncClient
) -> None:
    site.place.socket.unlink()
    assert (await sender.post("/done/body")).status_code == 503
    assert counted.runs == 0


async def test_through_the_whole_application(client: httpx.AsyncClient) -> None:
    verdict = (await client.get("/v1/verdicts?limit=1")).json()["data"][0]["id"]
    path, key = f"/v1/verdicts/{verdict}/feedback", {"Idempotency-Key": "feedback-1"}
    said = {"kind": "missed", "reason": "it is one"}
    first = await client.post(path, json=said, headers=key)
    again = await client.post(path, json=said, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await client.post(path, json={**said, "reason": "x"}, headers=key)
    assert other.status_code == 422
