"""What each kind of client makes of an answer, by its own rules, blind spots included."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from douane.selftest.answer import Answer
from douane.selftest.specimens import Outcome

INFECTION_HEADERS = ("X-Infection-Found", "X-Violations-Found", "X-Virus-ID", "X-Virus-Name")
RSPAMD_FOUND = re.compile(r"Type=(.); Resolution=.; Threat=(.*);")
SQUID_STATUSES = frozenset({100, 200, 201, 204, 206})
SCAN_ERRORS = frozenset({"decode_error", "max_archive_layers_exceeded", "password_protected"})
MAX_G3_HEAD = 8192


@dataclass(frozen=True, slots=True)
class Reading:
    """What a client did, and the sentence that says by which of its rules."""

    outcome: Outcome
    why: str


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What was sent and what came back."""

    answer: Answer
    sent: bytes
    """The body of the file."""
    after_continue: bool
    """The answer came after 100 Continue."""
    allowed: str
    """The Allow field of the request; empty if there was none."""


Reader = Callable[[Exchanged], Reading]


def _passed(why: str) -> Reading:
    return Reading(Outcome.PASSED, why)


def _stopped(why: str) -> Reading:
    return Reading(Outcome.STOPPED, why)


def _error(why: str) -> Reading:
    return Reading(Outcome.ERROR, why)


def read_strictly(exchanged: Exchanged) -> Reading:
    """A client that keeps to RFC 3507 and goes by the HTTP message it gets back."""
    answer = exchanged.answer
    if answer.extra:
        return _error("bytes follow the end of the message")
    if answer.status == 204:
        preview_only = not exchanged.after_continue
        if "204" in exchanged.allowed or preview_only:
            return _passed("204: nothing to change")
        return _error("204 was not allowed after 100 Continue")
    if answer.status == 206:
        return _read_206(exchanged)
    if answer.status != 200:
        return _error(f"ICAP status {answer.status}")
    if answer.http_status >= 400 or answer.http_status in (301, 302, 303, 307):
        return _stopped(f"HTTP {answer.http_status} takes the place of the message")
    if (answer.body or b"") == exchanged.sent:
        return _passed("200 with the message as it was")
    return _error("200 with another body than the one sent")


def _read_206(exchanged: Exchanged) -> Reading:
    answer = exchanged.answer
    if "206" not in exchanged.allowed:
        return _error("206 was not allowed")
    whole = (answer.body or b"") + exchanged.sent[answer.original_from or 0 :]
    if answer.original_from is not None and whole == exchanged.sent:
        return _passed("206: the original body follows")
    return _error("206 makes another body than the one sent")


def read_squid(exchanged: Exchanged) -> Reading:
    answer = exchanged.answer
    if answer.status not in SQUID_STATUSES:
        return _error(f"ICAP status {answer.status} counts towards the failure limit")
    if answer.status == 200 and not answer.http_head:
        return _error("200 without an HTTP head")
    return read_strictly(exchanged)


def read_nextcloud(exchanged: Exchanged) -> Reading:
    answer = exchanged.answer
    if len(answer.status_line.split(" ", 2)) < 3:
        return _error("the status line has no reason")
    if answer.status == 500 and answer.field("X-Error-Code") in SCAN_ERRORS:
        return Reading(Outcome.UNSCANNABLE, "X-Error-Code; Nextcloud stores such files by default")
    if answer.status not in (200, 202, 204):
        return _error(f"ICAP status {answer.status}")
    if answer.status != 204 and answer.field("X-Infection-Found") is not None:
        return _stopped("X-Infection-Found")
    if " 403 Forbidden" in answer.http_head or " 403 VirusFound" in answer.http_head:
        return _stopped("403 Forbidden")
    return _passed("no sign of an infection")


def read_owncloud(exchanged: Exchanged) -> Reading:
    """Reads header lines up to Encapsulated only."""
    answer = exchanged.answer
    if answer.status not in (200, 204):
        return _error(f"ICAP status {answer.status}")
    for line in answer.lines:
        if line.startswith("Encapsulated:"):
            break
        if line.startswith("X-Infection-Found:"):
            return _stopped("X-Infection-Found before Encapsulated")
    if " 403 Forbidden" in answer.http_head:
        return _stopped("403 Forbidden")
    return _passed("no sign of an infection")


def read_g3proxy(exchanged: Exchanged) -> Reading:
    answer = exchanged.answer
    if answer.head_size > MAX_G3_HEAD:
        return _error("the head is longer than 8 KiB")
    if any(":" not in line or line[:1] in " \t" for line in answer.lines):
        return _error("a header line has no colon")
    if answer.field("ISTag") is None:
        return _error("no ISTag")
    if answer.status in (204, 206) and exchanged.after_continue:
        return _error(f"{answer.status} after 100 Continue")
    return read_strictly(exchanged)


def read_e2guardian(exchanged: Exchanged) -> Reading:
    """Takes any 200 for an infection."""
    answer = exchanged.answer
    if answer.status == 204:
        return _passed("204")
    if answer.status == 200:
        found = answer.field("X-Infection-Found") or ""
        name = found.partition("Threat=")[2].partition(";")[0]
        return _stopped(f"200; the name is {name or 'unknown'}")
    return _error(f"ICAP status {answer.status} is a failed scan")


def read_trafficserver(exchanged: Exchanged) -> Reading:
    """Knows no 204: the HTTP message of the answer goes on to the user."""
    if exchanged.answer.status != 200 or not exchanged.answer.http_head:
        return _error("only a 200 with an HTTP head will do")
    return read_strictly(exchanged)


def read_rspamd(exchanged: Exchanged) -> Reading:
    answer = exchanged.answer
    if answer.status >= 400:
        return _error(f"ICAP status {answer.status}")
    found = answer.field("X-Infection-Found")
    if found is not None:
        match = RSPAMD_FOUND.match(found)
        if not match:
            return _error("X-Infection-Found is not in the form it reads")
        if match[1] == "2":
            return Reading(Outcome.UNSCANNABLE, f"Type=2: the scan failed, {match[2]}")
        return _stopped(f"X-Infection-Found: {match[2]}")
    for name in ("X-Virus-Name", "X-Virus-ID", "X-Blocked", "X-Block-Reason"):
        if answer.field(name) is not None:
            return _stopped(name)
    if 400 <= answer.http_status < 500:
        return _stopped(f"HTTP {answer.http_status}")
    return _passed("no sign of an infection")


def read_storage(exchanged: Exchanged) -> Reading:
    """A filer: clean or blocked are final; anything else keeps the file locked away."""
    answer = exchanged.answer
    if any(answer.field(name) is not None for name in INFECTION_HEADERS):
        return _stopped("an infection header")
    reading = read_strictly(exchanged)
    if reading.outcome is Outcome.ERROR:
        return _error(f"{reading.why}: the file stays in quarantine for good")
    return reading


READERS: dict[str, Reader] = {
    "generic": read_strictly,
    "squid": read_squid,
    "nextcloud": read_nextcloud,
    "owncloud": read_owncloud,
    "g3proxy": read_g3proxy,
    "e2guardian": read_e2guardian,
    "trafficserver": read_trafficserver,
    "rspamd": read_rspamd,
    "fortigate": read_strictly,
    "f5": read_strictly,
    "proxysg": read_strictly,
    "powerscale": read_storage,
    "nutanix": read_storage,
}
