"""A file over the front's Unix socket: submit() on one side, ScanSocket on the other."""

import asyncio
import json
import os
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanners.model import Examination, Reason, Unscanned
from tests.descriptors import none_left
from verdicts import scan_socket
from verdicts.inspect import Inspection
from verdicts.model import Direction
from verdicts.scan_socket import (
    MAX_HEAD,
    NoFrontAnswers,
    ScanRefused,
    ScanRequest,
    ScanSocket,
    scan_transfer,
    submit,
)
from verdicts.spool import SpoolSpace

Row = dict[str, Any]
Count = Callable[[], Counter[str]]
LIMIT = 100_000
PHOTO = ScanRequest("photo.jpg", "image/jpeg", "https://a.example/", "alice", "192.0.2.1")


@pytest.fixture
def run_directory() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ds", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def front(
    run_directory: Path, inspection: Inspection, space: SpoolSpace
) -> AsyncIterator[ScanSocket]:
    socket = ScanSocket(run_directory / "front-0.sock", inspection, space, LIMIT)
    await socket.start()
    yield socket
    await socket.stop()


async def hand_in(folder: Path, data: bytes, request: ScanRequest = PHOTO) -> Row:
    """Submit bytes from another thread, as the API does."""
    path = folder / "handed in"
    path.write_bytes(data)
    with path.open("rb") as file:
        return await asyncio.to_thread(submit, folder, file.fileno(), request, 10)


async def talk(folder: Path, data: bytes, descriptors: list[int]) -> Row:
    """Send anything at all, as `submit` never would."""

    def ask() -> Row:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(folder / "front-0.sock"))
            socket.send_fds(connection, [data], descriptors)
            connection.shutdown(socket.SHUT_WR)
            return dict(json.loads(connection.makefile("rb").read()))

    return await asyncio.to_thread(ask)


@pytest.mark.usefixtures("front")
async def test_a_verdict_comes_back(
    run_directory: Path, desk: Any, space: SpoolSpace, open_descriptors: Count
) -> None:
    await hand_in(run_directory, b"first")  # starts threads
    before = open_descriptors()
    row = await hand_in(run_directory, b"hello")
    (_, record) = desk.book.records
    assert (row["action"], row["clause"], row["level"]) == ("allow", "clean", "clean")
    assert (row["id"], row["sha256"], row["size"]) == (record.transfer.id, record.sha256, 5)
    assert (row["file_name"], row["user"], row["direction"]) == ("photo.jpg", "alice", "upload")
    assert desk.engine.contents[-1] == b"hello"
    assert space.used == 0
    await none_left(open_descriptors, before)


async def test_a_block_comes_back(run_directory: Path, front: ScanSocket, engine: Any) -> None:
    engine.pool_fault = RuntimeError("a bug")
    row = await hand_in(run_directory, b"hello")
    assert (row["action"], row["unscanned"][0]["reason"]) == ("block", "crashed")


async def test_what_the_sender_still_changes_is_not_what_is_judged(
    run_directory: Path, front: ScanSocket, engine: Any
) -> None:
    engine.gate = asyncio.Event()
    waiting = asyncio.create_task(hand_in(run_directory, b"as handed in"))
    await engine.reached.wait()
    (run_directory / "handed in").write_bytes(b"changed later")
    engine.gate.set()
    await waiting
    assert engine.contents == [b"as handed in"]


async def test_hostile_names_go_through(run_directory: Path, front: ScanSocket, book: Any) -> None:
    name = "a\x1b[2J\udc80\u202e\0gpj.exe"
    row = await hand_in(run_directory, b"x", ScanRequest(name, ""))
    assert book.records[0].transfer.file_name == name
    json.dumps(row, ensure_ascii=False).encode()  # clipped as the log clips


async def test_too_large_is_refused(
    run_directory: Path, front: ScanSocket, engine: Any, space: SpoolSpace
) -> None:
    await hand_in(run_directory, bytes(LIMIT))
    with pytest.raises(ScanRefused, match="larger than 100000 bytes"):
        await hand_in(run_directory, bytes(LIMIT + 1))
    assert (engine.scans, space.used) == (1, 0)


async def test_what_is_no_file_is_refused(run_directory: Path, front: ScanSocket) -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(ScanRefused, match="Illegal seek"):
            await asyncio.to_thread(submit, run_directory, reading, PHOTO, 10)
    finally:
        os.close(reading)
        os.close(writing)


async def test_a_long_name_is_refused_before_it_is_sent(run_directory: Path) -> None:
    with pytest.raises(ScanRefused, match="too long"):
        submit(run_directory, 0, ScanRequest("n" * MAX_HEAD, ""), 10)


GOOD = json.dumps({"file_name": "a", "declared_type": ""}).encode()
WRONG = [
    (GOOD, 0),
    (GOOD, 2),
    (GOOD, 3),
    (b"", 1),
    (b"\xff\xfe garbage", 1),
    (b"[]", 1),
    (b"[" * 20_000, 1),
    (b'{"file_name": 1, "declared_type": ""}', 1),
    (b'{"file_name": "a"}', 1),
    (b'{"file_name": "a", "declared_type": "", "other": ""}', 1),
    (b'{"file_name": "a", "declared_type": "", "recorded": "no"}', 1),
    (b'{"file_name": "a", "declared_type": "", "codings": [1]}', 1),
    (b'{"file_name": "a", "declared_type": "", "codings": 1}', 1),
    (b'{"file_name": "a", "declared_type": "", "parameters": [["a"]]}', 1),
    (b'{"file_name": "a", "declared_type": "", "parameters": [["a", null]]}', 1),
    (b'{"file_name": "a", "declared_type": "", "direction": "sideways"}', 1),
    (GOOD + b" " * MAX_HEAD, 1),
]


@pytest.mark.usefixtures("front")
@pytest.mark.parametrize("data, count", WRONG)
async def test_a_wrong_request_is_refused_and_leaks_nothing(
    run_directory: Path, engine: Any, open_descriptors: Count, data: bytes, count: int
) -> None:
    await hand_in(run_directory, b"first")  # starts threads
    before = open_descriptors()
    file = os.open(__file__, os.O_RDONLY)
    try:
        assert set(await talk(run_directory, data or b" ", [file] * count)) == {"error"}
    finally:
        os.close(file)
    await none_left(open_descriptors, before)
    assert (await hand_in(run_directory, b"next"))["action"] == "allow"
    assert engine.contents == [b"first", b"next"]


async def test_a_stalled_caller_is_given_up_and_leaks_nothing(
    run_directory: Path,
    front: ScanSocket,
    monkeypatch: pytest.MonkeyPatch,
    open_descriptors: Count,
) -> None:
    monkeypatch.setattr(scan_socket, "RECEIVE_SECONDS", 0.05)
    await hand_in(run_directory, b"first")
    before = open_descriptors()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(run_directory / "front-0.sock"))
        socket.send_fds(connection, [GOOD], [0])  # and never an end
        connection.settimeout(10)
        assert "error" in json.loads(await asyncio.to_thread(connection.recv, 4096))
    await none_left(open_descriptors, before)


async def test_no_descriptors_left_pauses_and_goes_on(
    run_directory: Path, front: ScanSocket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_socket, "ACCEPT_PAUSE", 0.01)

    class Full:
        def __init__(self, listener: socket.socket) -> None:
            self._listener, self._refusals = listener, 3

        def accept(self) -> object:
            self._refusals -= 1
            if self._refusals >= 0:
                raise OSError("too many open files")
            return self._listener.accept()

        def __getattr__(self, name: str) -> object:
            return getattr(self._listener, name)

    assert front._listener is not None
    monkeypatch.setattr(front, "_listener", Full(front._listener))
    assert (await hand_in(run_directory, b"x"))["action"] == "allow"


def test_nobody_listens(run_directory: Path) -> None:
    with pytest.raises(NoFrontAnswers, match="douane serve"):
        submit(run_directory, 0, PHOTO, 10)


async def test_a_dead_front_is_passed_over(run_directory: Path, front: ScanSocket) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(run_directory / "front-$.sock"))  # sorts first
    dead.close()
    assert (await hand_in(run_directory, b"x"))["action"] == "allow"


@pytest.mark.parametrize("answer", [b"", b'{"half": ', b"[]"])
async def test_a_front_that_dies_half_way(run_directory: Path, answer: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(run_directory / "front-0.sock"))
        listener.listen()
        waiting = asyncio.create_task(hand_in(run_directory, b"x"))
        connection, _ = await asyncio.to_thread(listener.accept)
        await asyncio.to_thread(connection.recv, MAX_HEAD)  # unread bytes would reset it
        connection.sendall(answer)
        connection.close()
        with pytest.raises(NoFrontAnswers, match="went away"):
            await waiting


async def test_stop_waits_for_a_scan_and_takes_no_more(
    run_directory: Path, front: ScanSocket, engine: Any
) -> None:
    engine.gate = asyncio.Event()
    waiting = asyncio.create_task(hand_in(run_directory, b"x"))
    await engine.reached.wait()
    stopping = asyncio.create_task(front.stop())
    await asyncio.sleep(0)
    with pytest.raises(NoFrontAnswers):
        await hand_in(run_directory, b"y")
    assert not stopping.done()
    engine.gate.set()
    await stopping
    assert (await waiting)["action"] == "allow"
    await front.stop()


async def test_only_the_owner_reaches_it(run_directory: Path, front: ScanSocket) -> None:
    assert (run_directory / "front-0.sock").stat().st_mode & 0o777 == 0o600


async def test_a_stale_socket_is_replaced(
    run_directory: Path, front: ScanSocket, inspection: Inspection, space: SpoolSpace
) -> None:
    newer = ScanSocket(run_directory / "front-0.sock", inspection, space, LIMIT)
    await newer.start()
    assert (await hand_in(run_directory, b"x"))["action"] == "allow"
    await newer.stop()


async def test_a_large_verdict_is_clipped(
    run_directory: Path, front: ScanSocket, engine: Any
) -> None:
    gaps = tuple(Unscanned("walk", Reason.ENCRYPTED, ("n" * 300, str(n))) for n in range(3000))
    engine.examination = Examination(unscanned=gaps)
    row = await hand_in(run_directory, b"x")
    assert row["action"] == "block"
    assert len(row["unscanned"]) == 100


def test_a_handed_in_file_is_an_upload() -> None:
    transfer = scan_transfer(PHOTO)
    assert (transfer.service, transfer.direction) == ("scan", Direction.UPLOAD)
    assert (transfer.url, transfer.client_ip) == (PHOTO.url, PHOTO.client_ip)
    assert transfer.id != scan_transfer(PHOTO).id
    assert scan_transfer(replace(PHOTO, url="http://x/?pw=abc")).hints == ("abc",)
