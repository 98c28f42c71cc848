"""Management commands against a real clamd, and against what answers wrongly."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from scanners.clamav.address import Address
from scanners.clamav.management import Management
from scanners.errors import EngineDown


class Clamd(Protocol):
    path: Path
    socket: str
    rules: Path

    def expect(self, *commands: bytes) -> None: ...
    def say(self, *messages: bytes) -> None: ...


COMMANDS = ["ping", "version", "reload", "stats"]


@pytest.mark.server
def test_a_real_clamd(clamd: Clamd) -> None:
    management = Management(Address(path=clamd.socket))
    management.ping()
    assert management.version().startswith("ClamAV ")
    assert "QUEUE:" in management.stats()
    management.reload()


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_there(short_folder: Path, command: str) -> None:
    with pytest.raises(EngineDown, match="none"):
        getattr(Management(Address(path=str(short_folder / "none"))), command)()
    with pytest.raises(EngineDown, match=r"127\.0\.0\.1:1"):
        getattr(Management(Address(host="127.0.0.1", port=1)), command)()


@pytest.mark.parametrize("answer", [b"", b"COMMAND UNAVAILABLE\n", b"X ERROR\n", b"\xff\n"])
@pytest.mark.parametrize("command", COMMANDS)
def test_wrong_answers(scripted_clamd: Callable[..., Clamd], command: str, answer: bytes) -> None:
    def script(clamd: Clamd, _: int) -> None:
        clamd.expect(f"n{command.upper()}\n".encode())
        clamd.say(answer)

    clamd = scripted_clamd(script)
    with pytest.raises(EngineDown, match="scripted"):
        getattr(Management(Address(path=str(clamd.path))), command)()


@pytest.mark.server
async def test_tcp(start_clamd: Callable[..., Clamd], free_port: int) -> None:
    await asyncio.to_thread(start_clamd, f"TCPSocket {free_port}\nTCPAddr 127.0.0.1")
    management = Management(Address(host="127.0.0.1", port=free_port))
    began = time.monotonic()
    await asyncio.to_thread(management.ping)
    assert time.monotonic() - began < 5
