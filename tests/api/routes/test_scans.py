"""Files handed in: streamed, bounded, sealed, and passed to a front."""

import asyncio
import fcntl
import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from verdicts.model import VerdictRecord
from verdicts.record import as_row
from verdicts.scan_socket import ScanRequest

MakeRecord = Callable[[int], VerdictRecord]


class Front:
    """Takes one file a connection, notes it, and answers as scripted."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.answer = answer
        self.seen: list[tuple[dict[str, Any], bytes, int]] = []
        self.free = asyncio.Event()
        self.free.set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._listener.setblocking(False)

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, _ = await loop.sock_accept(self._listener)
            with connection:
                await asyncio.to_thread(self._take, connection)
                await self.free.wait()
                await loop.sock_sendall(connection, self.answer)

    def close(self) -> None:
        self._listener.close()

    def _take(self, connection: socket.socket) -> None:
        connection.setblocking(True)
        head, (descriptor,), _, _ = socket.recv_fds(connection, 65536, 1)
        while piece := connection.recv(65536):
            head += piece
        body = os.pread(descriptor, 1_000_000, 0)
        seals = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
        os.close(descriptor)
        connection.setblocking(False)
        self.seen.append((json.loads(head), body, seals))


@pytest.fixture
async def front(site: Any, make_record: MakeRecord) -> AsyncIterator[Front]:
    made = Front(site.run_directory / "front-0.sock", json.dumps(as_row(make_record(1))).encode())
    serving = asyncio.create_task(made.serve())
    yield made
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    made.close()


async def test_file_is_inspected(
    client: httpx.AsyncClient, front: Front, make_record: MakeRecord
) -> None:
    answer = await client.post(
        "/v1/scans?name=a%20b.exe&url=https://x/y",
        content=b"content",
        headers={"Content-Type": "Image/JPEG; x=1"},
    )
    assert answer.status_code == 200
    assert answer.json() == as_row(make_record(1))
    ((head, body, seals),) = front.seen
    asked = ScanRequest("a b.exe", "image/jpeg", "https://x/y", "admin", "127.0.0.1")
    assert head == json.loads(json.dumps(asdict(asked)))
    assert body == b"content"
    assert seals & fcntl.F_SEAL_WRITE


async def test_name_from_the_header(client: httpx.AsyncClient, front: Front) -> None:
    header = {"Content-Disposition": "attachment; filename*=UTF-8''%e2%80%aegpj.exe"}
    await client.post("/v1/scans", content=b"", headers=header)
    assert front.seen[0][0]["file_name"] == "\u202egpj.exe"


async def pieces(count: int, size: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


async def test_largest_file_passes_in_pieces(client: httpx.AsyncClient, front: Front) -> None:
    answer = await client.post("/v1/scans", content=pieces(100, 1000))
    assert answer.status_code == 200
    assert len(front.seen[0][1]) == 100_000


async def test_one_byte_more_is_refused(site: Any, client: httpx.AsyncClient, front: Front) -> None:
    answer = await client.post("/v1/scans", content=pieces(1, 100_001))
    assert answer.status_code == 413
    assert front.seen == []
    assert site.app.state.services.space.used == 0


async def test_announced_size_is_refused_unread(client: httpx.AsyncClient) -> None:
    headers = {"Content-Length": "9" * 5000}
    answer = await client.post("/v1/scans", content=b"", headers=headers)
    assert answer.status_code == 413


async def test_full_spool(site: Any, client: httpx.AsyncClient) -> None:
    space = site.app.state.services.space
    space.disk_used = space.disk_total
    answer = await client.post("/v1/scans", content=b"x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_full_disk(site: Any, client: httpx.AsyncClient, tmp_path: Path) -> None:
    space = site.app.state.services.space
    space.memory_bytes, space.folder = 0, tmp_path / "missing"
    answer = await client.post("/v1/scans", content=b"x")
    assert answer.status_code == 507
    assert space.used == 0


async def test_name_in_an_unknown_charset(client: httpx.AsyncClient, front: Front) -> None:
    headers = {"Content-Disposition": "attachment; filename*=idna''xn--a"}
    answer = await client.post("/v1/scans", content=b"x", headers=headers)
    assert answer.status_code == 200
    assert front.seen[0][0]["file_name"] == "xn--a"


async def test_too_many_at_once(client: httpx.AsyncClient, front: Front) -> None:
    front.free.clear()
    running = [asyncio.create_task(client.post("/v1/scans", content=b"x")) for _ in range(2)]
    async with asyncio.timeout(10):
        while not front.seen:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        answer = await client.post("/v1/scans", content=b"x")
        assert answer.status_code == 503
        front.free.set()
        assert [one.status_code for one in await asyncio.gather(*running)] == [200, 200]


async def test_body_that_never_ends(
    site: Any, monkeypatch: pytest.MonkeyPatch, client: httpx.AsyncClient
) -> None:
    services = site.app.state.services
    monkeypatch.setattr(
        site.app.state,
        "services",
        _with_settings(services, upload_seconds=0.01),
    )

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    assert (await client.post("/v1/scans", content=slow())).status_code == 408
    assert services.space.used == 0


def _with_settings(services: Any, **changes: object) -> Any:
    return replace(services, settings=services.settings.model_copy(update=changes))


async def test_no_front(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/scans", content=b"x")
    assert (answer.status_code, answer.json()["detail"]) == (503, "No ICAP front takes files now.")


async def test_front_that_refuses(client: httpx.AsyncClient, front: Front) -> None:
    front.answer = b'{"error": "secret reason"}'
    answer = await client.post("/v1/scans", content=b"x")
    assert answer.status_code == 422
    assert "secret" not in answer.text


async def test_name_that_is_no_unicode_is_replaced(client: httpx.AsyncClient, front: Front) -> None:
    front.answer = json.dumps({"file_name": "\udcff.exe"}).encode()
    answer = await client.post("/v1/scans", content=b"x")
    assert answer.json() == {"file_name": "?.exe"}
