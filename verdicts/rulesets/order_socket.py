"""The supervisor's end of `rules.sock`: takes orders and tells how they go."""

import asyncio
import contextlib
import json
import socket
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from pathlib import Path

import structlog

from scanners.rules.records import Problem
from verdicts.rulesets.orders import (
    MAX_LINE,
    MAX_PROBLEMS,
    MAX_REPLY,
    Order,
    OrderRefused,
    read_order,
)
from verdicts.rulesets.records import RulesetError

log = structlog.get_logger()

Say = Callable[[str], None]
CarryOut = Callable[[Order, Say], Awaitable[dict[str, object]]]

MAX_CONNECTIONS = 32
MAX_SAID = 2000
MAX_UNREAD = 256 * 1024
"""A peer that reads no faster misses lines of progress."""
RECEIVE_SECONDS = 10
SEND_SECONDS = 10
END_SECONDS = 10
CREDENTIALS = struct.Struct("3i")


class OrderSocket:
    """Listens from start() to stop().

    `carry_out` is called in the loop, also for several orders at once, and goes on if the client
    vanishes.  What it raises of RulesetError is told.  `say` may be called by any thread.
    """

    def __init__(self, path: Path, carry_out: CarryOut) -> None:
        self._path = path
        self._carry_out = carry_out
        self._server: asyncio.Server | None = None
        self._peers: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._accept, self._path, limit=MAX_LINE)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        """Take no more; what is being carried out has END_SECONDS to end."""
        if self._server is None:
            return
        self._server.close()
        self._path.unlink(missing_ok=True)
        if self._peers:
            await asyncio.wait(self._peers, timeout=END_SECONDS)
        for task in self._peers:
            task.cancel()
        await asyncio.gather(*self._peers, return_exceptions=True)
        await self._server.wait_closed()
        await asyncio.sleep(0)  # connections that were cut off close in the next round
        self._server = None

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._peers.add(task)
        task.add_done_callback(self._peers.discard)
        task.add_done_callback(lambda _: writer.transport.abort())  # even if it never began

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        peer = _Peer(writer)
        try:
            answer = await self._answer(reader, peer)
        except asyncio.CancelledError:
            answer = _refused("the service stops; `douane rules status` says what is in force")
        await peer.close(answer)

    async def _answer(self, reader: StreamReader, peer: "_Peer") -> dict[str, object]:
        """Everything that goes wrong for one peer ends here."""
        try:
            if len(self._peers) > MAX_CONNECTIONS:
                return _refused("too many orders wait already; try again later")
            order = replace(await _receive(reader), uid=peer.uid())
            return {"done": await self._carry_out(order, peer.say)}
        except OrderRefused as error:
            return _refused(str(error), error.problems)
        except RulesetError as error:
            return _refused(str(error))
        except Exception:
            log.exception("rules.order_crashed")
            return _refused("the service failed; its log says why")


class _Peer:
    """Who gave the order, for as long as it listens."""

    def __init__(self, writer: StreamWriter) -> None:
        self._writer = writer
        self._loop = asyncio.get_running_loop()

    def uid(self) -> int:
        """Return whose process it is (SO_PEERCRED, unix(7): pid, uid, gid)."""
        peer = self._writer.get_extra_info("socket")
        found = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        return int(CREDENTIALS.unpack(found)[1])

    def say(self, line: str) -> None:
        row: dict[str, object] = {"say": line[:MAX_SAID]}
        self._loop.call_soon_threadsafe(self._write, row, MAX_UNREAD)

    async def close(self, answer: dict[str, object]) -> None:
        await asyncio.sleep(0)  # what was said before is written before
        self._write(answer, MAX_REPLY)
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(SEND_SECONDS):
                self._writer.close()
                await self._writer.wait_closed()

    def _write(self, row: dict[str, object], unread: int) -> None:
        transport = self._writer.transport
        if not transport.is_closing() and transport.get_write_buffer_size() <= unread:
            self._writer.write(json.dumps(row).encode() + b"\n")


async def _receive(reader: StreamReader) -> Order:
    """Raise OrderRefused for whatever is none."""
    try:
        async with asyncio.timeout(RECEIVE_SECONDS):
            return read_order(await reader.readline())
    except TimeoutError:
        raise OrderRefused(f"no order came within {RECEIVE_SECONDS} s") from None
    except (OSError, ValueError):
        raise OrderRefused(f"an order is one line of {MAX_LINE} bytes at most") from None


def _refused(text: str, problems: tuple[Problem, ...] = ()) -> dict[str, object]:
    told = [_clipped(problem) for problem in problems[:MAX_PROBLEMS]]
    return {"refused": text[:MAX_SAID], "problems": told}


def _clipped(problem: Problem) -> dict[str, object]:
    found = asdict(problem).items()
    return {key: text[:MAX_SAID] if isinstance(text, str) else text for key, text in found}
