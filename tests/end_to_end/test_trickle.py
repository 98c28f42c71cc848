"""A trickle through Squid: the head and a little of the body while the rest is still on its way."""

import random
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bench.servers.douane import Douane
from bench.servers.origin import CHUNK_BYTES, PAUSE_SECONDS, ROUND_TRIP_SECONDS
from bench.servers.squid import squid as run_squid
from samples.builders import eicar, zip_of

pytestmark = pytest.mark.server

RULES = Path(__file__).parents[2] / "rules"
TRICKLE = """
[[trickle]]
name = "soon"
after_seconds = 1
every_seconds = 1
bytes = "4 KiB"
"""


@dataclass
class SlowOrigin:
    """Sends most of one body, and its end only when it is told to."""

    body: bytes
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    go_on: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])

    def serve_one(self) -> None:
        self.listener.settimeout(60)
        while True:
            connection, _ = self.listener.accept()
            with connection:
                if connection.recv(65_536):  # else it only knocked
                    self._answer(connection)
                    return

    def _answer(self, connection: socket.socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(self.body)}\r\n\r\n"
        connection.sendall(head.encode())
        time.sleep(ROUND_TRIP_SECONDS)
        for start in range(0, len(self.body) - 1000, CHUNK_BYTES):
            connection.sendall(self.body[start:-1000][:CHUNK_BYTES])
            time.sleep(PAUSE_SECONDS)  # Squid 5.7 cuts off what comes at memory speed
        self.go_on.wait(30)
        connection.sendall(self.body[-1000:])


@pytest.fixture
def rules(short_folder: Path) -> Path:
    folder = short_folder / "rules"
    shutil.copytree(RULES, folder)
    policy = folder / "policy.toml"
    policy.write_text(policy.read_text("utf-8") + TRICKLE)
    return folder


@pytest.fixture
def slow_origin() -> Iterator[Callable[[bytes], SlowOrigin]]:
    made: list[tuple[SlowOrigin, threading.Thread]] = []

    def make(body: bytes) -> SlowOrigin:
        origin = SlowOrigin(body)
        thread = threading.Thread(target=origin.serve_one)
        thread.start()
        made.append((origin, thread))
        return origin

    yield make
    for origin, thread in made:
        origin.go_on.set()
        thread.join()
        origin.listener.close()


@pytest.mark.parametrize("bad", [False, True], ids=["allowed", "blocked"])
def test_a_client_hears_of_its_download_before_its_end(
    start_douane: Callable[..., Douane],
    connect_api: Callable[[Douane], httpx.Client],
    slow_origin: Callable[[bytes], SlowOrigin],
    rules: Path,
    *,
    bad: bool,
) -> None:
    filler = random.Random(1).randbytes(500_000)  # noqa: S311 - must not shrink
    data = zip_of({"filler": filler, "note.txt": eicar() if bad else b"a letter"})
    origin = slow_origin(data)
    douane = start_douane({"rules": {"directory": str(rules)}})
    with (
        run_squid(icap_port=douane.icap_port, origin_port=origin.port) as proxy,
        httpx.Client(proxy=proxy.url, trust_env=False, timeout=30) as web,
        web.stream("GET", "http://files.example/large.zip") as answer,
    ):
        assert answer.status_code == 200
        pieces = answer.iter_raw()
        got = next(pieces)
        assert 0 < len(got) < len(data) // 2
        origin.go_on.set()
        if bad:
            with pytest.raises(httpx.RemoteProtocolError):
                got += b"".join(pieces)
            assert len(got) < len(data) // 2
        else:
            got += b"".join(pieces)
            assert got == data
    (verdict,) = connect_api(douane).get("/v1/verdicts").json()["data"]
    assert verdict["action"] == ("cut" if bad else "allow")
