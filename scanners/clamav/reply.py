"""What clamd says, parsed strictly: bytes in, frozen records out.  Pure.

Grammar from clamd/session.c and clamd/scanner.c of ClamAV 1.4.  Messages end with NUL.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MESSAGE_BYTES = 4096
"""No message of clamd is near as long; a longer one means that we misread the stream."""

READ_TIMED_OUT = b"COMMAND READ TIMED OUT\n"
"""Un-numbered, and the one message that ends with a line feed although we asked with `z`."""


@dataclass(frozen=True, slots=True)
class Clean:
    """The literal OK, and nothing but it."""


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    """As clamd wrote it; heuristics about limits and encryption come this way too."""


@dataclass(frozen=True, slots=True)
class Failed:
    text: str
    """Without the trailing ERROR."""


@dataclass(frozen=True, slots=True)
class Version:
    text: str
    """`ClamAV 1.4.6/27000/Mon Nov 23 …`; without an official database `ClamAV 1.4.6`."""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """clamd gives up on a connection that asked nothing for too long: a normal end."""


@dataclass(frozen=True, slots=True)
class Malformed:
    text: str
    """What was not understood, shortened.  Never clean."""


Answer = Clean | Found | Failed | Version | TimedOut | Malformed


@dataclass(frozen=True, slots=True)
class Reply:
    answer: Answer
    number: int | None = None
    """Of the command it answers, from 1; None outside of a session."""
    torn: int | None = None
    """Number of a VERSION whose text follows un-numbered: clamd writes "5: " and the text in two
    steps, and a scan that ends between them writes its own reply there ("5: 3: fd[9]: OK")."""


_REPLY = re.compile(
    rb"(?:(?P<torn>[1-9]\d{0,9}): (?=\d))?"
    rb"(?:(?P<number>[1-9]\d{0,9}): )?"
    rb"(?:(?P<clean>(?:fd\[\d{1,10}\]|stream): OK)"
    rb"|(?:fd\[\d{1,10}\]|stream): (?P<found>[^\x00-\x1f\x7f]{1,500}) FOUND"
    rb"|(?:(?:fd\[\d{1,10}\]|stream): )?(?P<failed>[^\x00-\x1f\x7f]{1,1500}) ERROR"
    rb"|(?P<version>ClamAV [^\x00-\x1f\x7f]{1,200}))"
)


def parse(message: bytes) -> Reply:
    """Return what one message says; never raises, and gives Malformed for what it does not know."""
    if message == READ_TIMED_OUT:
        return Reply(TimedOut())
    match = _REPLY.fullmatch(message)
    if match is None:
        return Reply(Malformed(_text(message[:200])))
    return Reply(_answer(match), _number(match["number"]), _number(match["torn"]))


def _answer(match: re.Match[bytes]) -> Answer:
    if match["clean"] is not None:
        return Clean()
    if match["found"] is not None:
        return Found(_text(match["found"]))
    if match["failed"] is not None:
        return Failed(_text(match["failed"]))
    return Version(_text(match["version"]))


def _number(digits: bytes | None) -> int | None:
    return int(digits) if digits else None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def take_messages(received: bytearray) -> Iterator[bytes]:
    """Remove the complete messages from `received` and yield them without their NUL.

    What is longer than MESSAGE_BYTES is yielded as it is, so that it ends as Malformed.
    """
    while received:
        if received.startswith(READ_TIMED_OUT):
            end, skip = len(READ_TIMED_OUT), 0
        else:
            end, skip = received.find(0), 1
        if end < 0 and len(received) <= MESSAGE_BYTES:
            return
        if end < 0:
            end = len(received)
        message = bytes(received[:end])
        del received[: end + skip]
        yield message
