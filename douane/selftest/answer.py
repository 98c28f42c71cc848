"""One ICAP answer as it came over the wire, taken apart but not interpreted (RFC 3507 §4.3.3)."""

import re
from dataclasses import dataclass

ENCAPSULATED = re.compile(r"([a-z]{3,4}-[a-z]{3,4})\s*=\s*(\d{1,9})")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,16})[^\r\n]*\r\n")
MAX_HEAD = 64 * 1024


class AnswerBroken(Exception):
    """The bytes are no ICAP answer; the text says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    status_line: str
    lines: tuple[str, ...]
    """Header lines in order, as they came: clients compare names letter by letter."""
    head_size: int
    """Bytes of the ICAP head."""
    http_head: str
    """The last encapsulated head: that of the response if there is one; empty if none."""
    body: bytes | None
    """Chunk framing removed; None if there is no body."""
    original_from: int | None
    """206: the original body follows from this byte on; None in any other answer."""
    extra: bytes
    """What came behind the end of the message: nothing may."""

    @property
    def status(self) -> int:
        word = self.status_line.split(" ")[1:2]
        return int(word[0]) if word and word[0].isdecimal() else 0

    def field(self, name: str) -> str | None:
        """Return a value by the exact spelling of its name, one blank after the colon stripped."""
        for line in self.lines:
            if line.startswith(f"{name}:"):
                return line[len(name) + 1 :].strip()
        return None

    @property
    def http_status(self) -> int:
        word = self.http_head.split(" ", 2)[1:2] if self.http_head.startswith("HTTP/") else []
        return int(word[0]) if word and word[0].isdecimal() else 0


def read_answer(data: bytes) -> Answer | None:
    """Return the answer that `data` begins with; None if it is not whole yet.

    Raises AnswerBroken.
    """
    end = data.find(b"\r\n\r\n")
    if end < 0:
        if len(data) > MAX_HEAD:
            raise AnswerBroken("the head never ends")
        return None
    status_line, *lines = data[:end].decode("latin-1").split("\r\n")
    if not status_line.startswith("ICAP/1.0 "):
        raise AnswerBroken("it does not begin with ICAP/1.0")
    stated = [line[13:] for line in lines if line.lower().startswith("encapsulated:")]
    parts = [(name, int(at)) for name, at in ENCAPSULATED.findall(stated[0])] if stated else []
    body_part, heads_size = parts[-1] if parts else ("null-body", 0)
    start = end + 4
    if len(data) < start + heads_size:
        return None
    last_head = parts[-2][1] if len(parts) > 1 else heads_size
    http_head = data[start + last_head : start + heads_size].decode("latin-1")
    body: bytes | None = None
    original_from: int | None = None
    at = start + heads_size
    if body_part != "null-body":
        chunked = _read_chunks(data, at)
        if chunked is None:
            return None
        body, original_from, at = chunked
    return Answer(status_line, tuple(lines), start, http_head, body, original_from, extra=data[at:])


def _read_chunks(data: bytes, at: int) -> tuple[bytes, int | None, int] | None:
    """Return body, the use-original-body of its last chunk, and where it ends."""
    body = bytearray()
    while True:
        line_end = data.find(b"\r\n", at)
        if line_end < 0:
            return None
        match = CHUNK.match(data, at)
        if not match:
            raise AnswerBroken("a chunk has no size")
        size = int(match[1], 16)
        if size:
            start = match.end()
            if len(data) < start + size + 2:
                return None
            body += data[start : start + size]
            at = start + size + 2
            continue
        original = re.search(rb"use-original-body=(\d+)", match[0])
        end = data.find(b"\r\n", match.end())
        if end < 0:
            return None
        return bytes(body), int(original[1]) if original else None, end + 2
