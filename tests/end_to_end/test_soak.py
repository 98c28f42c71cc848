"""Mixed traffic for minutes through Squid: every answer right, every record kept, nothing grows.

DOUANE_SOAK_SECONDS sets how long; the default is five minutes.
"""

import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bench.servers import processes
from bench.servers.douane import Douane
from bench.servers.origin import Document, Origin
from samples.builders import eicar, encrypted_zip, jpeg, pe, zip_of

pytestmark = [pytest.mark.server, pytest.mark.long, pytest.mark.timeout(3600)]

SECONDS = float(os.environ.get("DOUANE_SOAK_SECONDS", "300"))
CLIENTS = 4
GROWTH = 150 * 1024 * 1024
"""Bytes; caches of verdicts fill up, nothing else may grow."""
BAD = {
    "/test.com": eicar(),
    "/photo.jpg": pe(),
    "/photos.zip": zip_of({"photo.jpg.exe": pe()}),
    "/secret.zip": encrypted_zip({"a.txt": b"a"}),
}


def fetch_for_a_while(web: httpx.Client, seed: int, until: float) -> int:
    """Download and upload good and bad files until the time is over; return how many.

    An empty body is none: Squid tells Douane so, and no transfer is counted.
    """
    noise = random.Random(seed)  # noqa: S311 - traffic, no secret
    count = 0
    while time.monotonic() < until:
        size = 1
        choice = noise.random()
        if choice < 0.2:
            path = noise.choice(list(BAD))
            assert web.get(f"http://files.example{path}").status_code == 403
        elif choice < 0.3:
            answer = web.put("http://files.example/up.com", content=eicar())
            assert answer.status_code == 403
        elif choice < 0.4:
            body = noise.randbytes(noise.randrange(1, 200_000))
            assert web.put("http://files.example/up.bin", content=body).status_code == 201
        else:  # half of them known already
            number = noise.randrange(50) if choice < 0.7 else noise.randrange(10**9)
            size = noise.choice([0, 1, 1000, 30_000, 60_000])
            answer = web.get(f"http://files.example/random/{size}?seed={number}")
            assert (answer.status_code, len(answer.content)) == (200, size)
        count += size > 0
    return count


def resources(douane: Douane) -> tuple[int, int]:
    """Return descriptors and resident bytes of all processes of the service."""
    pids = [douane.pid, *processes.descendants(douane.pid)]
    memory = sum(processes.resident_bytes(pid) for pid in pids)
    return sum(processes.descriptor_count(pid) for pid in pids), memory


def test_soak(
    start_douane: Callable[..., Douane],
    connect_web: Callable[[Douane], httpx.Client],
    connect_api: Callable[[Douane], httpx.Client],
    origin: Origin,
    eventually: Callable[..., None],
) -> None:
    for path, body in BAD.items():
        origin.publish(path, Document(body))
    origin.publish("/ok.jpg", Document(jpeg(), "image/jpeg"))
    douane = start_douane()
    web, api = connect_web(douane), connect_api(douane)
    # Squid 5.7 ends some kept-alive connections unannounced after a blocked upload; browsers ask
    # again, this client does not.
    web.headers["Connection"] = "close"
    with ThreadPoolExecutor(CLIENTS) as clients:
        warm = time.monotonic() + min(30.0, SECONDS / 4)
        done = sum(clients.map(lambda seed: fetch_for_a_while(web, seed, warm), range(CLIENTS)))
        before = resources(douane)
        until = time.monotonic() + SECONDS
        seeds = range(CLIENTS, 2 * CLIENTS)
        done += sum(clients.map(lambda seed: fetch_for_a_while(web, seed, until), seeds))
    summary: dict[str, int] = {}

    def all_counted() -> bool:
        summary.update(api.get("/v1/stats/summary").raise_for_status().json())
        return summary["transfers"] >= done

    eventually(all_counted)
    assert summary["transfers"] >= done
    after = resources(douane)
    assert after[0] <= before[0] + 20
    assert after[1] <= before[1] + GROWTH
    assert "Traceback" not in douane.log.read_text()
