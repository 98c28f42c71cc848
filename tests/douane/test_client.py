"""The client, against the API itself and against servers that misbehave."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from douane.client import ATTEMPTS, Client, ClientError
from douane.client_models import Range
from tests.douane.running_api import RunningApi, running_api
from verdicts.ledger.questions import Role

KEY = "dk_secret-of-ours"
OPENAPI = json.loads((Path(__file__).parents[1] / "api" / "openapi.json").read_text())
SOURCE = (Path(__file__).parents[2] / "douane" / "client.py").read_text()


@pytest.fixture(scope="module")
def api() -> Iterator[RunningApi]:
    with running_api(12) as running:
        yield running


def answering(
    *answers: httpx.Response | Exception, url: str = "https://douane.example"
) -> tuple[Client, list[httpx.Request], list[float]]:
    """Return a client whose requests are answered in turn, its requests and its pauses."""
    left, requests, pauses = list(answers), list[httpx.Request](), list[float]()

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        first = left.pop(0)
        if isinstance(first, Exception):
            raise first
        return first

    transport = httpx.MockTransport(answer)
    return Client(url, KEY, transport=transport, sleep=pauses.append), requests, pauses


def page(count: int, after: str | None) -> httpx.Response:
    row = {
        **dict.fromkeys("direction action clause level channel user client_ip url".split(), ""),
        **dict.fromkeys("file_name declared_type true_type sha256 ruleset clamav".split(), ""),
        **{"id": "x", "time": "2026-01-31T12:00:00Z", "enforced": True, "size": 1},
        **{"detections": [], "unscanned": [], "scan_ms": 1.5, "cached": False, "new": "field"},
    }
    return httpx.Response(200, json={"data": [row] * count, "next": after})


def test_asks_a_real_service(api: RunningApi) -> None:
    with Client(api.url, api.keys[Role.ANALYST]) as client:
        found = list(client.verdicts(limit=3, action="block", sort="time", enforced=True))
        assert [one.action for one in found] == ["block"] * 3
        assert client.verdict(found[0].id) == found[0]
        summary = client.summary(since=datetime.now(UTC) - timedelta(days=1))
        assert (summary.transfers, summary.by_action) == (12, {"allow": 6, "block": 6})
        ends = Range(since=summary.since, until=summary.until)
        series = client.timeseries("action", "1h", **ends)
        assert sum(one.counts.get("block", 0) for one in series.data) == 6
        top = client.top("name", 5, **ends)
        assert [(row.key, row.transfers) for row in top.data] == [("Worm_X", 6)]
        lines = b"".join(client.export("jsonl", limit=100, level="clean")).splitlines()
        assert len(lines) == 6
        assert not client.health().ready


def test_says_what_the_service_says(api: RunningApi) -> None:
    with Client(api.url, api.keys[Role.VIEWER]) as client:
        with pytest.raises(ClientError, match="no verdict of this id") as missing:
            client.verdict("0192f3a4-0000-7000-8000-ffffffffffff")
        assert missing.value.status == 404
        with pytest.raises(ClientError, match=r"query\.level"):
            list(client.verdicts(level="bad"))
        with pytest.raises(ClientError, match="analyst") as forbidden:
            list(client.export("csv", limit=1))
        assert forbidden.value.status == 403
    with Client(api.url, KEY) as stranger, pytest.raises(ClientError, match="wrong, expired"):
        stranger.summary()


def test_pages_until_the_end_or_the_limit() -> None:
    client, requests, _ = answering(page(2, "a"), page(0, "b"), page(1, None))
    assert len(list(client.verdicts())) == 3
    assert [request.url.params.get("cursor") for request in requests] == [None, "a", "b"]
    client, requests, _ = answering(page(2, "a"), page(1, "b"))
    assert len(list(client.verdicts(limit=3))) == 3
    assert [request.url.params["limit"] for request in requests] == ["3", "1"]


@pytest.mark.parametrize("status", [429, 503])
def test_waits_as_long_as_it_is_told(status: int) -> None:
    busy = httpx.Response(status, headers={"Retry-After": "2"})
    client, _, pauses = answering(busy, busy, page(0, None))
    assert list(client.verdicts()) == []
    assert pauses == [2, 2]
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    dated = httpx.Response(status, headers={"Retry-After": soon})
    client, _, pauses = answering(dated, page(0, None))
    assert list(client.verdicts()) == []
    assert 10 < pauses[0] <= 20


@pytest.mark.parametrize(
    "after",
    [
        *("", "x", "-1", "31", "9" * 50, "1.5"),
        "Fri, 31 Dec 9999 23:59:59 -2300",
        "Mon, 01 Jan 2001 00:00:00 -99999999999999",
    ],
)
def test_waits_for_nothing_unbearable(after: str) -> None:
    busy = httpx.Response(429, headers={"Retry-After": after})
    client, _, pauses = answering(busy)
    with pytest.raises(ClientError, match="429"):
        list(client.verdicts())
    assert pauses == []


def test_gives_up_in_the_end() -> None:
    busy = httpx.Response(
        503, headers={"Retry-After": "1"}, json={"title": "t", "status": 503, "detail": "Busy."}
    )
    client, requests, _ = answering(*[busy] * 9)
    with pytest.raises(ClientError, match=r"^Busy\.$"):
        client.summary()
    assert len(requests) == ATTEMPTS


@pytest.mark.parametrize(
    "answer, words",
    [
        (httpx.Response(200, text="<html>"), "not Douane's"),
        (httpx.Response(200, json={"data": [{"id": 1}], "next": None}), "not Douane's"),
        (httpx.Response(502, text="<html>bad gateway"), "HTTP 502"),
        (httpx.Response(302, headers={"Location": "https://evil.example/"}), "HTTP 302"),
        (httpx.Response(302, headers={"Location": "https://xn--a/"}), "broke off: "),
        (httpx.Response(500, text="[" * 100_000), "HTTP 500"),
        (httpx.ConnectError("refused"), "nothing answers at https://douane.example"),
        (httpx.ReadTimeout("slow"), "broke off: slow"),
    ],
)
def test_answers_that_are_none(answer: httpx.Response | Exception, words: str) -> None:
    client, _, _ = answering(answer)
    with pytest.raises(ClientError, match=re.escape(words)) as failed:
        list(client.verdicts())
    assert KEY not in str(failed.value)


def test_an_export_that_breaks_off_is_an_error() -> None:
    class Broken(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            yield b"id\r\n"
            raise httpx.RemoteProtocolError("peer closed connection")

    client, _, _ = answering(httpx.Response(200, stream=Broken()))
    pieces = client.export("csv", limit=5)
    assert next(pieces) == b"id\r\n"
    with pytest.raises(ClientError, match="broke off"):
        next(pieces)


@pytest.mark.parametrize(
    "url",
    ["", "douane.example", "ftp://x", "http://", "http://soc.example", "http://10.0.0.1:8080"]
    + ["http://127.0.0.1.evil.example", "https://user:pass@x", "https://x/?a", "https://x:y"]
    + ["https://xn--a", "https://0177.0.0.1"],
)
def test_where_no_key_is_sent(url: str) -> None:
    with pytest.raises(ClientError):
        Client(url, KEY)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1]", "http://localhost", "https://x"]
)
def test_where_keys_may_go(url: str) -> None:
    Client(url, KEY).close()
    Client("http://soc.example", KEY, plain_http=True).close()


@pytest.mark.parametrize("key", ["", "a b", "dk_\n", "dk_é"])
def test_what_is_no_key(key: str) -> None:
    with pytest.raises(ClientError) as wrong:
        Client("https://x", key)
    assert not key or key not in str(wrong.value)


@pytest.mark.parametrize("id", ["", "../keys", "a/b", "a?b", "é", "x" * 5 + "#"])
def test_what_is_no_id(id: str) -> None:
    client, requests, _ = answering()
    with pytest.raises(ClientError):
        client.verdict(id)
    assert requests == []


def test_the_key_shows_nowhere() -> None:
    client, _, _ = answering()
    assert KEY not in repr(client) + repr(vars(client))


def test_every_path_is_one_of_the_interface() -> None:
    known = {re.sub(r"\{.*?\}", "{}", path) for path in OPENAPI["paths"]}
    used = {re.sub(r"\{.*?\}", "{}", path) for path in re.findall(r'f?"(/v1/[^"]*)"', SOURCE)}
    assert len(used) == 7
    assert used <= known


Make = Callable[[Client], Any]


@pytest.mark.parametrize("ask", [lambda one: one.summary(), lambda one: one.top("name", 1)])
def test_the_key_is_sent_and_nothing_of_the_environment(
    ask: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    client, requests, _ = answering(httpx.Response(404), url="http://127.0.0.1:1")
    with pytest.raises(ClientError):
        ask(client)
    assert requests[0].headers["authorization"] == f"Bearer {KEY}"
