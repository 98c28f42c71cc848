"""Whole conversations, as they stand in tests/transcripts: what a client says, what it has to hear.

    C> line      the client sends this line and CRLF          S> line      the server answers it
    C| bytes     the client sends this, no line end           S| bytes     the server answers it
    C.           the client sends no more                     S.           the server closes

{} stands for whatever the rest of a line or the text between two words is.  Lines that begin with
"#" say what the conversation is about.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.icap_server.conftest import Client, Served

FOLDER = Path(__file__).parents[1] / "transcripts"
TRANSCRIPTS = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.txt"))}
SECONDS = 5


def read_steps(text: str) -> list[tuple[str, str]]:
    """Return who speaks and what; an empty text is the end of the stream."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    steps = []
    for (who, ends), group in groupby(lines, key=lambda line: (line[0], line[1] == ".")):
        spoken = "".join(line[3:] + ("\r\n" if line[1] == ">" else "") for line in group)
        steps.append((who, "" if ends else spoken))
    return steps


async def hear(client: "Client", expected: str, heard: str) -> str:
    """Read until `expected` has come; return what came after it."""
    pattern = re.compile(re.escape(expected).replace(r"\{\}", r"[^\r\n]*?"))
    try:
        async with asyncio.timeout(SECONDS):
            while not pattern.match(heard):
                data = await client.reader.read(65_536)
                assert data, "the server closed too early"
                heard += data.decode("latin-1")
    except (TimeoutError, AssertionError):
        assert heard == expected  # shows where they part
        raise
    match = pattern.match(heard)
    assert match
    return heard[match.end() :]


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) > 20


@pytest.mark.parametrize("name", TRANSCRIPTS)
@pytest.mark.parametrize("size", [65_536, 1], ids=["whole", "byte by byte"])
async def test_transcript(serve: "Callable[..., Awaitable[Served]]", name: str, size: int) -> None:
    client = await (await serve()).connect()
    heard = ""
    for who, text in read_steps(TRANSCRIPTS[name]):
        if who == "S" and text:
            heard = await hear(client, text, heard)
        elif who == "S":
            assert heard + (await client.rest()).decode("latin-1") == ""
            return
        elif text:
            data = text.encode("latin-1")
            for at in range(0, len(data), size):
                client.writer.write(data[at : at + size])
                await asyncio.sleep(0)
        else:
            client.writer.write_eof()
    client.writer.write_eof()
    assert heard + (await client.rest()).decode("latin-1") == ""
