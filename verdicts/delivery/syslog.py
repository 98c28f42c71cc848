"""Syslog by RFC 5424: over UDP (RFC 5426), TCP (RFC 6587, octet counting) and TLS (RFC 5425)."""

import os
import re
import socket
from collections.abc import Sequence
from functools import partial

from verdicts.delivery.channels import Channel, Datagrams, Stream
from verdicts.delivery.render import as_cef, as_douane, rendered
from verdicts.delivery.sender import Letter
from verdicts.delivery.settings import SyslogSettings
from verdicts.ledger.event_log.event_rows import event_row
from verdicts.record import rfc3339

FACILITIES = {
    "user": 1, "daemon": 3, "auth": 4, "authpriv": 10, "audit": 13, "alert": 14,
    **{f"local{number}": 16 + number for number in range(8)},
}  # fmt: skip
"""RFC 5424 §6.2.1."""
CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL = 2, 3, 4, 5, 6
SEVERITIES = {"malicious": ERROR, "suspicious": WARNING, "unknown": NOTICE, "clean": INFORMATIONAL}
SD_ID = "douane@32473"
"""Of our structured data.  32473 is the number that RFC 5612 keeps for those who have none."""
NOT_PRINTABLE = re.compile("[^!-~]")


class Syslog:
    """A sender."""

    most = 100
    whole_verdicts = True

    def __init__(self, settings: SyslogSettings) -> None:
        self._settings = settings
        self._channel: Channel = (
            Datagrams(*settings.place)
            if settings.transport == "udp"
            else Stream(
                *settings.place,
                tls=settings.transport == "tls",
                ca_file=settings.ca_file,
                certificate=settings.certificate,
            )
        )

    async def send(self, letters: Sequence[Letter]) -> None:
        make = partial(message, settings=self._settings)
        messages = [rendered(make, letter) for letter in letters]
        await self._channel.send(messages)

    async def close(self) -> None:
        await self._channel.close()


def message(letter: Letter, settings: SyslogSettings) -> bytes:
    """Return one message, RFC 5424 §6, in at most `max_bytes`; raise TooLarge.

    Without the mark of UTF-8 (BOM): readers of CEF stumble over it.
    """
    head = _head(letter, settings)
    room = settings.max_bytes - len(head)
    render = as_cef if settings.format == "cef" else as_douane
    return head + render(letter, room).encode()


def _head(letter: Letter, settings: SyslogSettings) -> bytes:
    event, row = letter.event, event_row(letter.event)
    data = row["data"] if isinstance(row["data"], dict) else {}
    priority = FACILITIES[settings.facility] * 8 + _severity(event.kind, data)
    known = {
        "id": str(event.id),
        "kind": event.kind,
        "verdict": event.verdict,
        "action": str(data.get("action", "")),
        "level": str(data.get("level", "")),
    }
    given = " ".join(f'{name}="{_escaped(value)}"' for name, value in known.items() if value)
    fields = (
        f"<{priority}>1",
        rfc3339(event.time),
        _name(socket.gethostname(), 255),
        settings.app_name,
        str(os.getpid()),
        _name(event.kind, 32),
        f"[{SD_ID} {given}]",
        "",
    )
    return " ".join(fields).encode()


def _severity(kind: str, data: dict[str, object]) -> int:
    if kind == "alarm":
        return NOTICE if data.get("ok") else CRITICAL
    return SEVERITIES.get(str(data.get("level")), NOTICE)


def _name(text: str, length: int) -> str:
    """Return printable ASCII, "-" for nothing (RFC 5424 §6: NILVALUE)."""
    return NOT_PRINTABLE.sub("?", text)[:length] or "-"


def _escaped(value: str) -> str:
    r"""Escape `"`, `\` and `]` (RFC 5424 §6.3.3), after everything unprintable became "?"."""
    return re.sub(r'(["\\\]])', r"\\\1", re.sub("[^ -~]", "?", value[:100]))
