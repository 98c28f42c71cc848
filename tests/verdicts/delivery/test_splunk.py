"""Splunk's collector, played by a receiver that checks as it does."""

# ruff: noqa: ASYNC240 - a test may wait for its own small files

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.servers.receiver import Received, Receiver, Reply
from verdicts.delivery.sender import Letter, LetterRefused, ReceiverAway
from verdicts.delivery.settings import SplunkSettings
from verdicts.delivery.splunk import EVENT_BYTES, Splunk

TOKEN = "0f1e2d3c-aaaa-bbbb-cccc-000000000000"  # noqa: S105 - of this test
MakeLetter = Callable[..., Letter]


def collect(request: Received) -> Reply:
    """Answer as the HTTP Event Collector does; its codes are of Splunk's own table."""

    def reply(status: int, code: int, text: str) -> Reply:
        return Reply(status, json.dumps({"text": text, "code": code}).encode())

    if request.path != "/services/collector/event":
        return reply(404, 404, "The requested URL was not found on this server.")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Splunk":
        return reply(401, 3, "Invalid authorization")
    if token != TOKEN:
        return reply(403, 4, "Invalid token")
    if not request.body:
        return reply(400, 5, "No data")
    decoder, text = json.JSONDecoder(), request.body.decode()
    while text.strip():
        try:
            event, end = decoder.raw_decode(text.lstrip())
        except ValueError:
            return reply(400, 6, "Invalid data format")
        text = text.lstrip()[end:]
        if "event" not in event:
            return reply(400, 12, "Event field is required")
        if not event["event"]:
            return reply(400, 13, "Event field cannot be blank")
    return reply(200, 0, "Success")


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return path


def make(receiver: Receiver, token_file: Path, **settings: Any) -> Splunk:
    given = {"name": "sp", "allow_http": True, "url": receiver.url, "token_file": str(token_file)}
    return Splunk(SplunkSettings(**given, **settings))


async def test_a_batch(
    receiver: Receiver, token_file: Path, letter: MakeLetter, row: Callable[..., dict[str, object]]
) -> None:
    receiver.decide = collect
    splunk = make(receiver, token_file, index="security")
    await splunk.send([letter(1, verdict=row()), letter(2, kind="alarm", part="database")])
    await splunk.close()
    (request,) = receiver.received
    first, second = map(json.loads, request.body.decode().split("\n"))
    assert (first["sourcetype"], first["index"], first["source"]) == (
        "douane:event", "security", "douane",
    )  # fmt: skip
    assert first["time"] == pytest.approx(1795435200, abs=1)
    assert first["event"]["data"] == row()
    assert (second["event"]["kind"], second["event"]["data"]["part"]) == ("alarm", "database")
    assert first["host"]


async def test_wrong_token_keeps_everything_waiting(
    receiver: Receiver, token_file: Path, letter: MakeLetter
) -> None:
    receiver.decide = collect
    token_file.write_text("wrong")
    splunk = make(receiver, token_file)
    with pytest.raises(ReceiverAway, match="403, code 4") as away:
        await splunk.send([letter()])
    assert "wrong" not in str(away.value)
    token_file.write_text(TOKEN)
    await splunk.send([letter()])
    await splunk.close()


@pytest.mark.parametrize(
    "reply, refusal",
    [
        (Reply(400, b'{"text":"Invalid data format","code":6}'), (LetterRefused, "400, code 6")),
        (Reply(400, b'{"text":"Incorrect index","code":7}'), (ReceiverAway, "400, code 7")),
        (Reply(413, b"too large"), (LetterRefused, "413$")),
        (Reply(503, b'{"text":"Server is busy","code":9}'), (ReceiverAway, "503, code 9")),
        (Reply(404, b"<html>"), (ReceiverAway, "404$")),
        (Reply(301), (ReceiverAway, "301$")),
        (Reply(500, b'{"code":"<script>"}'), (ReceiverAway, "500$")),
        (Reply(503, b"[" * 4096), (ReceiverAway, "503$")),
        (Reply(503, b'{"code":Infinity}'), (ReceiverAway, "503$")),
        (Reply(503, b'{"code":' + b"9" * 4000 + b"}"), (ReceiverAway, "503$")),
        (Reply(400, b'{"code":true}'), (LetterRefused, "400$")),
        (Reply(400, b"[1]"), (LetterRefused, "400$")),
    ],
)
async def test_answers(
    receiver: Receiver,
    token_file: Path,
    letter: MakeLetter,
    reply: Reply,
    refusal: tuple[type[Exception], str],
) -> None:
    receiver.decide = lambda _: reply
    splunk = make(receiver, token_file)
    with pytest.raises(refusal[0], match=refusal[1]):
        await splunk.send([letter()])
    await splunk.close()


async def test_huge_events_are_cut(
    receiver: Receiver, token_file: Path, letter: MakeLetter, row: Callable[..., dict[str, object]]
) -> None:
    receiver.decide = collect
    splunk = make(receiver, token_file)
    many = [{"source": "url", "name": "\U0001f9a0" * 1024}] * 900
    await splunk.send([letter(verdict=row(other_names=many))])
    await splunk.close()
    assert len(receiver.received[0].body) <= EVENT_BYTES
