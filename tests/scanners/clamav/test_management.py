"""Management commands against a real clamd, and against what answers wrongly."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from scanners.clamav.address import Address
from scanners.clamav.management import Management
from scanners.clamav.signatures import generation_probe
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


GENERATION = "0123456789abcdef"


def _answering(start: Callable[..., Clamd], answer: bytes) -> Management:
    def script(clamd: Clamd, _: int) -> None:
        probe = generation_probe(GENERATION)
        clamd.expect(b"nINSTREAM\n", len(probe).to_bytes(4, "big"), probe, bytes(4))
        clamd.say(answer)

    return Management(Address(path=str(start(script).path)))


@pytest.mark.parametrize(
    "answer, loaded",
    [
        (b"stream: OK\n", False),
        (b"stream: Other.Thing FOUND\n", False),
        (f"stream: Douane.Generation.{GENERATION}.UNOFFICIAL FOUND\n".encode(), True),
    ],
)
def test_what_is_loaded(scripted_clamd: Callable[..., Clamd], answer: bytes, loaded: bool) -> None:
    assert _answering(scripted_clamd, answer).has_loaded(GENERATION) is loaded


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"OK\n",
        b"else: OK\n",
        b"stream: lost ERROR\n",
        b"INSTREAM size limit exceeded. ERROR\n",
        b"\xff\n",
        b"stream: " + b"x" * 100_000 + b" ERROR\n",
    ],
)
def test_what_is_loaded_is_not_said(scripted_clamd: Callable[..., Clamd], answer: bytes) -> None:
    """The package makes None of an empty answer."""
    with pytest.raises(EngineDown, match="scripted"):
        _answering(scripted_clamd, answer).has_loaded(GENERATION)


@pytest.mark.server
async def test_tcp(start_clamd: Callable[..., Clamd], free_port: int) -> None:
    await asyncio.to_thread(start_clamd, f"TCPSocket {free_port}\nTCPAddr 127.0.0.1")
    management = Management(Address(host="127.0.0.1", port=free_port))
    began = time.monotonic()
    await asyncio.to_thread(management.ping)
    assert time.monotonic() - began < 5
