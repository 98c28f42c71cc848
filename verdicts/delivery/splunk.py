"""Splunk's HTTP Event Collector: batches of events, one after another, with a token.

A 200 means that Splunk took them, not that they are indexed already.
"""

import json
import socket
from collections.abc import Mapping, Sequence

from verdicts.delivery.cutting import fit
from verdicts.delivery.post import Answer, Post
from verdicts.delivery.render import as_json, rendered
from verdicts.delivery.secret_files import read_secret
from verdicts.delivery.sender import Letter, LetterRefused, ReceiverAway
from verdicts.delivery.settings import SplunkSettings
from verdicts.ledger.event_log.event_rows import event_row

EVENT_BYTES = 256 * 1024
"""Splunk cuts what is longer than its TRUNCATE allows; ours is far below its limit of a request."""
REFUSED = {400, 413}
"""Of these the data may be the cause; everything else is about us, the token or the server."""
OUR_SETTINGS = {7, 10, 11, 14, 16}
"""Codes of a 400 that every event would get: a wrong index or channel, say; nothing is lost by it.
https://docs.splunk.com/Documentation/Splunk/latest/Data/TroubleshootHTTPEventCollector"""
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
        body = "\n".join(rendered(self._line, letter) for letter in letters).encode()
        headers = {
            "Authorization": f"Splunk {read_secret(self._settings.token_file)}",
            "Content-Type": "application/json",
        }
        answer = await self._post(headers, body)
        code = _code(answer)
        said = f"it answered {answer.status}{'' if code is None else f', code {code}'}"
        if answer.status in REFUSED and code not in OUR_SETTINGS:
            raise LetterRefused(said)
        if not answer.taken:
            raise ReceiverAway(said)

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


def _code(answer: Answer) -> int | None:
    """Return Splunk's own number for it, if it said one."""
    try:
        code = json.loads(answer.body)["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return code if type(code) is int and 0 <= code <= LAST_CODE else None
