"""Webhooks, verified by the reference library of Standard Webhooks."""

# ruff: noqa: ASYNC240 - a test may wait for its own small files

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from bench.servers.receiver import Received, Receiver, Reply
from verdicts.delivery.sender import Letter, LetterRefused, ReceiverAway, ReceiverGone
from verdicts.delivery.settings import WebhookSettings
from verdicts.delivery.webhook import PAYLOAD_BYTES, Webhook, message_id, payload, signed

OTHER = "whsec_" + base64.b64encode(b"B" * 24).decode()
MakeLetter = Callable[..., Letter]


def make(receiver: Receiver, **settings: Any) -> Webhook:
    given = {"name": "soc", "allow_private": True, "url": f"{receiver.url}/in", **settings}
    return Webhook(WebhookSettings(**given))


def verified(request: Received, secret: str) -> Any:
    return Verifier(secret).verify(request.body, request.headers)


async def test_the_reference_verifies_it(
    receiver: Receiver, letter: MakeLetter, secret_file: str
) -> None:
    hook = make(receiver, secret_file=secret_file)
    await hook.send([letter(7)])
    await hook.close()
    (request,) = receiver.received
    body = verified(request, Path(secret_file).read_text().strip())
    assert body["type"] == "douane.verdict"
    assert datetime.fromisoformat(body["timestamp"]) == datetime(2026, 11, 23, 12, 0, 0, 7, UTC)
    assert body["data"]["id"] == 7
    assert body["data"]["data"]["file_name"] == json.loads(letter(7).event.data)["file_name"]
    assert request.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        verified(request, OTHER)
    with pytest.raises(WebhookVerificationError):
        Verifier(OTHER).verify(request.body + b" ", request.headers)


async def test_two_secrets_while_they_change(
    receiver: Receiver, letter: MakeLetter, secret_file: str, tmp_path: Path
) -> None:
    former = tmp_path / "former"
    former.write_text(OTHER)
    hook = make(receiver, secret_file=secret_file, former_secret_file=str(former))
    await hook.send([letter()])
    for secret in (OTHER, Path(secret_file).read_text().strip()):
        verified(receiver.received[0], secret)
    Path(secret_file).write_text(OTHER)  # without a restart
    await hook.send([letter()])
    await hook.close()
    verified(receiver.received[1], OTHER)


@pytest.mark.parametrize(
    "status, raised",
    [
        (200, None),
        (204, None),
        (301, LetterRefused),
        (400, LetterRefused),
        (404, LetterRefused),
        (410, ReceiverGone),
        (429, ReceiverAway),
        (500, ReceiverAway),
        (503, ReceiverAway),
    ],
)
async def test_answers(
    receiver: Receiver,
    letter: MakeLetter,
    secret_file: str,
    status: int,
    raised: type[Exception] | None,
) -> None:
    receiver.decide = lambda _: Reply(status, b"whatever")
    hook = make(receiver, secret_file=secret_file)
    if raised is None:
        await hook.send([letter()])
    else:
        with pytest.raises(raised, match=str(status)):
            await hook.send([letter()])
    await hook.close()


async def test_without_a_secret_nothing_is_sent(receiver: Receiver, letter: MakeLetter) -> None:
    hook = make(receiver, secret_file="/nonexistent")  # noqa: S106 - a path
    with pytest.raises(ReceiverAway, match="/nonexistent"):
        await hook.send([letter()])
    assert receiver.received == []


def test_message_id_is_the_events_own(letter: MakeLetter) -> None:
    assert message_id(letter(1).event) == message_id(letter(1).event)
    ids = {message_id(letter(n, **data).event) for n in (1, 2) for data in ({}, {"x": 1})}
    assert len(ids) == 4
    assert all(one.isascii() and "." not in one for one in ids)  # a full stop parts what is signed


def test_payload_stays_small(letter: MakeLetter) -> None:
    event = letter(x=["\U0001f9a0" * 3000] * 15, file_name="n" * 3000).event
    assert len(event.data) > PAYLOAD_BYTES
    body = payload(event)
    assert len(body) < PAYLOAD_BYTES
    assert json.loads(body)["data"]["data"]["action"] == "block"


def test_newest_signature_first() -> None:
    both = signed("m", 1, b"x", [b"A" * 24, b"B" * 24])["webhook-signature"].split(" ")
    assert both[0] == signed("m", 1, b"x", [b"A" * 24])["webhook-signature"]
    assert len(both) == 2
