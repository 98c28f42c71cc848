"""Orders to a front: answered, refused with a reason, and nonsense is cut off."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from douane.processes.duty import DutySocket, OrderFailed, duty_socket, give_order


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


class Fault(Exception):
    pass


@pytest.fixture
async def path(short_folder: Path) -> AsyncIterator[Path]:
    async def repeat(word: str, times: int) -> dict[str, object]:
        return {"said": word * times}

    async def fail() -> dict[str, object]:
        raise Fault("the rules are broken")

    async def silence() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    path = duty_socket(short_folder, 3)
    sockets = DutySocket(path, {"repeat": repeat, "fail": fail, "silence": silence})
    await sockets.start()
    yield path
    await sockets.stop()
    assert not path.exists()


async def test_an_order_is_carried_out(path: Path) -> None:
    assert await give_order(path, "repeat", 5, word="ab", times=2) == {"said": "abab"}
    assert mode(path) == 0o600


async def test_orders_do_not_wait_for_each_other(path: Path) -> None:
    waiting = asyncio.create_task(give_order(path, "silence", 0.3))
    assert await give_order(path, "repeat", 5, word="a", times=1) == {"said": "a"}
    assert not waiting.done()
    with pytest.raises(OrderFailed, match="TimeoutError"):
        await waiting


async def test_what_goes_wrong_is_told(path: Path) -> None:
    with pytest.raises(OrderFailed, match="duty-3: the rules are broken") as failed:
        await give_order(path, "fail", 5)
    assert not failed.value.away


@pytest.mark.parametrize("fields", [{}, {"word": "a"}, {"word": "a", "times": 1, "more": 2}])
async def test_wrong_fields_are_told(path: Path, fields: dict[str, object]) -> None:
    with pytest.raises(OrderFailed, match="argument"):
        await give_order(path, "repeat", 5, **fields)


async def test_nobody_there(short_folder: Path) -> None:
    with pytest.raises(OrderFailed, match="does not answer") as failed:
        await give_order(duty_socket(short_folder, 0), "repeat", 5)
    assert failed.value.away


@pytest.mark.parametrize(
    "said",
    [
        b"\n",
        b"{\n",
        b"[]\n",
        b"null\n",
        b'{"order": "unknown"}\n',
        b'{"order": {}}\n',
        b"\xff\n",
        b"x" * 200_000 + b"\n",
        b"",
    ],
)
async def test_nonsense_ends_the_connection_and_nothing_else(path: Path, said: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        writer.write(said)
        writer.write_eof()
        assert await reader.read() == b""
    except ConnectionError:
        pass
    finally:
        writer.close()
    assert await give_order(path, "repeat", 5, word="x", times=1) == {"said": "x"}


async def test_an_answer_that_is_none(short_folder: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(json.dumps(["no", "table"]).encode() + b"\n")
        writer.close()

    path = duty_socket(short_folder, 0)
    async with await asyncio.start_unix_server(serve, path):
        with pytest.raises(OrderFailed):
            await give_order(path, "repeat", 5)
