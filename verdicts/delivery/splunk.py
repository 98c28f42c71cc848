"""Splunk's HTTP Event Collector: batches of events, one after another, with a token.

A 200 means that Splunk took them, not that they are indexed already.
"""

import json
import socket
from collections.abc import Mapping, Sequence

from verdicts.delivery.cutting import fit
from verdicts.delivery.post import Answer, Post
from verdicts.delivery.render import as_json
from verdicts.delivery.secret_files import read_secret
from verdicts.delivery.sender import Letter, LetterRefused, ReceiverAway
from verdicts.delivery.settings import SplunkSettings
from verdicts.ledger.event_log.event_rows import event_row

EVENT_BYTES = 256 * 1024
"""Splunk cuts what is longer than its TRUNCATE allows; ours is far below its limit of a request."""
REFUSED = {400, 413}
"""Of these the data are the cause; everything else is about us, the token or the server."""
LAST_CODE = 999
"""Splunk's own table ends far below."""


class Splunk:
    """A sender."""

    most = 100
    whole_verdicts = True

    def __init__(self, settings: SplunkSettings) -> None:
        self._settings = settings
        url = settings.url.rstrip("/") + "/services/collector/event"
        self._post = Post(url, ca_file=settings.ca_file, allow_private=True)

    async def send(self, letters: Sequence[Letter]) -> None:
        body = "\n".join(map(self._line, letters)).encode()
        headers = {
            "Authorization": f"Splunk {read_secret(self._settings.token_file)}",
            "Content-Type": "application/json",
        }
        answer = await self._post(headers, body)
        if answer.status in REFUSED:
            raise LetterRefused(f"it answered {answer.status}{_said(answer)}")
        if not answer.taken:
            raise ReceiverAway(f"it answered {answer.status}{_said(answer)}")

    async def close(self) -> None:
        await self._post.close()

    def _line(self, letter: Letter) -> str:
        row = event_row(letter.event)
        if letter.verdict is not None:
            row["data"] = letter.verdict
        around: dict[str, object] = {
            "time": letter.event.time / 1e6,
            "host": socket.gethostname(),
            "source": "douane",
            "sourcetype": self._settings.sourcetype,
        }
        if self._settings.index:
            around["index"] = self._settings.index

        def render(cut: Mapping[str, object]) -> str:
            return as_json({**around, "event": cut})

        return fit(row, render, EVENT_BYTES)


def _said(answer: Answer) -> str:
    """Return Splunk's own word for it, if it said one."""
    try:
        code = json.loads(answer.body)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return f", code {code}" if type(code) is int and 0 <= code <= LAST_CODE else ""
