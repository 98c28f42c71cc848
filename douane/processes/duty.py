"""The supervisor's orders about rule sets, as a front takes them: one connection an order.

A Unix socket in the run directory, mode 0600.  One line of JSON comes, one goes back.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog

log = structlog.get_logger()

LINE_BYTES = 64 * 1024
READ_SECONDS = 10.0

Answer = Mapping[str, object]
Carry = Callable[..., Awaitable[Answer]]
"""Carries out one order; takes its fields by name.  What it raises is told to who ordered."""


def duty_socket(run_directory: Path, index: int) -> Path:
    """Return where the front of that index takes orders."""
    return run_directory / f"duty-{index}.sock"


class DutySocket:
    """Takes orders side by side; each is answered when it is carried out."""

    def __init__(self, path: Path, orders: Mapping[str, Carry]) -> None:
        """`orders` has, by the order's word, who carries it out."""
        self._path = path
        self._orders = orders
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, self._path, limit=LINE_BYTES)
        self._path.chmod(0o600)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer = await self._answer(reader)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError, TimeoutError) as error:
            log.warning("duty.bad_peer", reason=f"{type(error).__name__}: {error}")
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Answer:
        async with asyncio.timeout(READ_SECONDS):
            fields = json.loads(await reader.readline())
        if not isinstance(fields, dict) or fields.get("order") not in self._orders:
            raise ValueError("not an order")
        word = str(fields.pop("order"))
        try:
            return await self._orders[word](**fields)
        except Exception as error:
            log.warning("duty.not_done", order=word, reason=f"{type(error).__name__}: {error}")
            return {"failed": str(error) or type(error).__name__}


async def give_order(
    path: Path, order: str, patience: float, **fields: object
) -> Mapping[str, object]:
    """Return the front's answer; `patience` in seconds.

    OrderFailed says why there is none, or what could not be done.
    """
    line = json.dumps({"order": order, **fields}).encode() + b"\n"
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_unix_connection(path, limit=LINE_BYTES)
            try:
                writer.write(line)
                answer = json.loads(await reader.readline())
            finally:
                writer.close()
    except (OSError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"
        raise OrderFailed(f"{path.stem} does not answer ({said})", away=True) from error
    if not isinstance(answer, dict):
        raise OrderFailed(f"{path.stem} does not answer what was asked")
    if "failed" in answer:
        raise OrderFailed(f"{path.stem}: {answer['failed']}")
    return answer


class OrderFailed(Exception):
    """A front did not do what it was told."""

    def __init__(self, said: str, *, away: bool = False) -> None:
        super().__init__(said)
        self.away = away
        """It could not be reached: it starts, or ends."""
