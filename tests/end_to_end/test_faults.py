"""Parts of Douane die while traffic flows: nothing unscanned passes, and it recovers by itself."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from bench.servers import processes
from bench.servers.clamd import clamd
from bench.servers.douane import Douane
from samples.builders import eicar

pytestmark = pytest.mark.server

Start = Callable[..., Douane]
Connect = Callable[[Douane], httpx.Client]
Eventually = Callable[..., None]


def get(web: httpx.Client, seed: object, size: int = 5000) -> httpx.Response:
    """Fetch content that nobody has seen before."""
    return web.get(f"http://files.example/random/{size}?seed=fault{seed}")


def gaps(api: httpx.Client, answer: httpx.Response) -> set[str]:
    """Return the reasons for which the blocked transfer counts as not scanned."""
    transfer = answer.headers["x-douane-transfer"]
    verdict = api.get(f"/v1/verdicts/{transfer}").raise_for_status().json()
    return {gap["reason"] for gap in verdict["unscanned"]}


def test_clamd_stopped_and_back(
    start_douane: Start,
    connect_web: Connect,
    connect_api: Connect,
    eventually: Eventually,
    short_folder: Path,
) -> None:
    with clamd(short_folder) as engine:
        douane = start_douane({"clamav": {"socket": str(short_folder / "clamd.sock")}})
        web, api = connect_web(douane), connect_api(douane)
        assert get(web, "before").status_code == 200
        pid = douane.pid

        engine.stop()
        for number in range(10):
            answer = get(web, f"stopped{number}")
            assert answer.status_code == 403
            assert gaps(api, answer) == {"engine_down"}
        upload = web.put("http://files.example/up.bin", content=os.urandom(3000))
        assert upload.status_code == 403
        assert not api.get("/v1/health/ready").is_success

        engine.start()
        seeds = iter(range(1000))
        eventually(lambda: get(web, f"back{next(seeds)}").status_code == 200)
        assert web.put("http://files.example/up.com", content=eicar()).status_code == 403
        eventually(lambda: api.get("/v1/health/ready").is_success)
        assert douane.pid == pid
        assert douane.running


def test_own_clamd_killed(
    start_douane: Start, connect_web: Connect, eventually: Eventually
) -> None:
    douane = start_douane()
    web = connect_web(douane)
    assert get(web, "own").status_code == 200
    (old,) = own_clamd(douane)
    os.kill(old, signal.SIGKILL)
    eventually(lambda: own_clamd(douane) not in ([], [old]), 30)
    seeds = iter(range(1000))
    eventually(lambda: get(web, f"own{next(seeds)}").status_code == 200, 30)


def own_clamd(douane: Douane) -> list[int]:
    return [pid for pid in processes.descendants(douane.pid) if processes.name(pid) == "clamd"]


def workers(douane: Douane) -> list[int]:
    found = processes.descendants(douane.pid)
    return [pid for pid in found if processes.is_sandboxed(pid) and processes.is_alive(pid)]


def test_workers_killed_in_the_middle_of_a_job(
    start_douane: Start, connect_web: Connect, connect_api: Connect, eventually: Eventually
) -> None:
    """The workers are stopped first, so that the job lies in one of them when they are killed."""
    douane = start_douane()
    web, api = connect_web(douane), connect_api(douane)
    assert get(web, "calm").status_code == 200
    victims = workers(douane)
    assert victims
    for pid in victims:
        os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(get, web, "crash")
        with pytest.raises(TimeoutError):
            waiting.result(2)
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
        answer = waiting.result(40)
    assert answer.status_code == 403
    assert gaps(api, answer) == {"crashed"}
    assert get(web, "after").status_code == 200
    eventually(lambda: len(workers(douane)) == len(victims))
    assert not set(workers(douane)) & set(victims)


@pytest.mark.timeout(240)
def test_a_process_of_ours_killed(
    start_douane: Start, connect_web: Connect, connect_api: Connect, eventually: Eventually
) -> None:
    """The supervisor replaces what dies, one part after the other, and the traffic goes on."""
    douane = start_douane()
    web, api = connect_web(douane), connect_api(douane)
    assert get(web, "one").status_code == 200
    seeds = iter(range(1000))

    def kill(part: str) -> None:
        before = running(douane, part)
        os.kill(before[0], signal.SIGKILL)
        eventually(lambda: before[0] not in running(douane, part), 30)
        eventually(lambda: len(running(douane, part)) == len(before), 30)
        eventually(lambda: get(web, f"{part}{next(seeds)}").status_code == 200, 30)
        eventually(lambda: ready(api), 30)

    for part in ("front", "ledger", "api"):
        kill(part)


def running(douane: Douane, part: str) -> list[int]:
    """Return the pids of a part, "front" or so, among the direct children of the supervisor."""
    found = processes.children(douane.pid)
    return [pid for pid in found if f"douane.processes.{part}" in processes.command_line(pid)]


def ready(api: httpx.Client) -> bool:
    try:
        return api.get("/v1/health/ready").is_success
    except httpx.TransportError:
        return False


def test_a_stop_is_clean(start_douane: Start) -> None:
    douane = start_douane()
    children = processes.descendants(douane.pid)
    assert children
    assert douane.stop() == 0
    assert not [pid for pid in children if processes.is_alive(pid)]
    assert "Traceback" not in douane.log.read_text()


def test_nothing_outlives_the_supervisor(start_douane: Start, eventually: Eventually) -> None:
    douane = start_douane()
    left = processes.descendants(douane.pid)
    assert left
    os.kill(douane.pid, signal.SIGKILL)
    eventually(lambda: not [pid for pid in left if processes.is_alive(pid)])
