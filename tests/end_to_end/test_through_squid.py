"""Through Squid, clean bodies arrive byte for byte, whatever their size and framing."""

import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from bench.servers.origin import EVENT, Document, Origin
from bench.servers.squid import Squid

pytestmark = pytest.mark.server

SIZES = [0, 1, 65_535, 65_536, 1024 * 1024, 50 * 1024 * 1024]


@pytest.mark.parametrize("framing", ["", "&chunked=1"], ids=["length", "chunked"])
@pytest.mark.parametrize("size", SIZES)
def test_download(web: httpx.Client, origin: Origin, squid: Squid, size: int, framing: str) -> None:
    path = f"/random/{size}?seed=down{size}{framing}"
    sent = origin.find(path)
    assert sent is not None
    answer = web.get(f"http://files.example{path}")
    assert answer.status_code == 200, squid.logs()
    assert len(answer.content) == size
    assert answer.content == sent.body


@pytest.mark.parametrize("framing", ["length", "chunked"])
@pytest.mark.parametrize("size", SIZES)
def test_upload(web: httpx.Client, origin: Origin, squid: Squid, size: int, framing: str) -> None:
    path = f"/inbox/{size}/{framing}"
    found = origin.find(f"/random/{size}?seed=up{size}{framing}")
    assert found is not None
    body = found.body
    headers = {"Content-Length": str(size)} if framing == "length" else {}
    answer = web.put(f"http://files.example{path}", content=paced(body), headers=headers)
    assert answer.status_code == 201, squid.logs()
    (kept,) = [received for received in origin.received if received.path == path]
    assert kept.body == body


def paced(body: bytes) -> Iterator[bytes]:
    """Send like a client across a network: Squid 5.7 cuts off uploads that come at memory speed.

    It does so without any ICAP as well: 50 MiB in one go never arrive.
    """
    for start in range(0, len(body), 50_000):
        yield body[start : start + 50_000]
        time.sleep(0.001)


def test_the_same_download_twice(web: httpx.Client, origin: Origin) -> None:
    url = "http://files.example/random/70000?seed=twice"
    first, second = web.get(url), web.get(url)
    assert first.status_code == second.status_code == 200
    assert first.content == second.content


def test_a_coded_body_stays_coded(web: httpx.Client, origin: Origin) -> None:
    text = b"A long letter of the same few words. " * 5000
    origin.publish("/letter.txt", Document(text, "text/plain", gzipped=True))
    with web.stream("GET", "http://files.example/letter.txt") as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(raw) < len(text) / 10
    assert httpx.Response(200, headers=answer.headers, content=raw).content == text


def test_head_and_missing(web: httpx.Client, origin: Origin) -> None:
    head = web.head("http://files.example/random/1000?seed=head")
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "1000", b"")
    assert web.get("http://files.example/nothing-here").status_code == 404


def test_the_first_event_arrives_within_a_second(web: httpx.Client, origin: Origin) -> None:
    started = time.monotonic()
    with web.stream("GET", "http://chat.example/events", timeout=5) as answer:
        first = next(answer.iter_raw())
        waited = time.monotonic() - started
    assert answer.status_code == 200
    assert first == EVENT
    assert waited < 1


def test_an_event_stream_is_recorded_as_such(
    web: httpx.Client, api: httpx.Client, eventually: Callable[..., None]
) -> None:
    url = "http://live.example/events?recorded=1"
    with web.stream("GET", url, timeout=5) as answer:
        next(answer.iter_raw())

    def recorded() -> bool:
        newest = api.get("/v1/verdicts").raise_for_status().json()["data"]
        rows = [row for row in newest if row["url"] == url]
        return [gap["reason"] for row in rows for gap in row["unscanned"]] == ["streaming"]

    eventually(recorded)
