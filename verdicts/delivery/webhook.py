"""Webhooks by the Standard Webhooks specification, version 1: signed, small, one event each.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence

from verdicts.delivery.cutting import fit
from verdicts.delivery.post import Post
from verdicts.delivery.render import as_json, rendered
from verdicts.delivery.secret_files import webhook_key
from verdicts.delivery.sender import Letter, LetterRefused, ReceiverAway, ReceiverGone
from verdicts.delivery.settings import WebhookSettings
from verdicts.ledger.event_log.event_rows import event_row
from verdicts.ledger.event_log.events import Event

PAYLOAD_BYTES = 20_000
"""The specification asks for less than 20 KB."""
GONE = 410


class Webhook:
    """A sender."""

    most = 1
    whole_verdicts = False

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._post = Post(
            settings.url, ca_file=settings.ca_file, allow_private=settings.allow_private
        )

    async def send(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            await self._send(letter.event, rendered(lambda one: payload(one.event), letter))

    async def close(self) -> None:
        await self._post.close()

    async def _send(self, event: Event, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}
        headers |= signed(message_id(event), int(time.time()), body, self._keys())
        answer = await self._post(headers, body)
        if answer.status == GONE:
            raise ReceiverGone("it answered 410: it wants nothing more")
        if answer.worth_waiting:
            raise ReceiverAway(f"it answered {answer.status}")
        if not answer.taken:
            raise LetterRefused(f"it answered {answer.status}")

    def _keys(self) -> list[bytes]:
        files = (self._settings.secret_file, self._settings.former_secret_file)
        return [webhook_key(path) for path in files if path]


def message_id(event: Event) -> str:
    """Return what makes it one message, however often it is sent.

    The number alone would not do: a new database begins anew.
    """
    text = f"{event.id} {event.time} {event.kind} {event.verdict} {event.data}"
    return f"msg_{event.id}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def payload(event: Event) -> bytes:
    """Return type, timestamp and data as JSON, less than 20 KB; the data are the event."""
    row = event_row(event)

    def render(cut: Mapping[str, object]) -> str:
        return as_json({"type": f"douane.{event.kind}", "timestamp": row["time"], "data": cut})

    return fit(row, render, PAYLOAD_BYTES).encode()


def signed(message: str, timestamp: int, body: bytes, keys: Sequence[bytes]) -> dict[str, str]:
    """Return the three header fields; a signature of each key, the newest first."""
    content = f"{message}.{timestamp}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode() for key in keys
    ]
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }
