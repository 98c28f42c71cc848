"""A client that sends exact bytes and reads answers strictly: what is not ICAP is an assertion."""

import re
import socket
import time
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType
from typing import Self

CONTINUE = b"ICAP/1.0 100 Continue\r\n\r\n"
STATUS_LINE = re.compile(rb"ICAP/1\.0 ([0-9]{3}) ([^\r\n]*)")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\x00]*?)[ \t]*")
PARTS = re.compile(r"[a-z]+-[a-z]+=\d+(?:, ?[a-z]+-[a-z]+=\d+)*")
CHUNK_LINE = re.compile(rb"([0-9a-fA-F]{1,16})(;[^\r\n]*)?\r\n")
ORIGINAL = re.compile(rb"; ?use-original-body=([0-9]+)")
VIA = re.compile(rb"(?im)^Via: *ICAP/[^\r\n]*\r\n")
FORBIDDEN = re.compile(rb"HTTP/1\.[01] 403 ")
MAX_HEAD = 64 * 1024
MOMENT = 0.05
"""Seconds of silence after which nothing more is expected; loopback needs a thousandth."""


class Ended(AssertionError):
    """The server closed or reset the connection where an answer was due."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One final answer, taken apart."""

    status: int
    phrase: str
    fields: tuple[tuple[str, str], ...]
    raw_head: bytes
    """The ICAP head, blank line included."""
    parts: tuple[tuple[str, int], ...]
    """What Encapsulated says; empty if it is missing."""
    http_head: bytes
    body: bytes | None
    """Chunk framing removed; None: there is none."""
    original_from: int | None
    """use-original-body of the last chunk (draft-icap-ext-partial-content)."""

    def field(self, name: str) -> str:
        """Return the value of the one field of that name, empty if there is none."""
        found = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(found) <= 1, f"{name} is repeated: {found}"
        return found[0] if found else ""

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.fields]

    @property
    def part_names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.parts)

    @property
    def message_head(self) -> bytes:
        """The encapsulated head without the Via that a server may add (§4.4.2)."""
        return VIA.sub(b"", self.http_head)

    @property
    def blocked(self) -> bool:
        return self.status == 200 and bool(FORBIDDEN.match(self.http_head))

    @property
    def closes(self) -> bool:
        return self.field("Connection").lower() == "close"


class Line:
    """One connection."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        """`seconds`: the longest wait for any single read or write."""
        self.sock = sock
        self.seconds = seconds
        self.received = b""
        sock.settimeout(seconds)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.sock.close()

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def finish(self) -> None:
        """Tell the server that no more comes."""
        self.sock.shutdown(socket.SHUT_WR)

    def read(self) -> Answer:
        """Return the next final answer; raise Ended if there is none."""
        raw = self._until(b"\r\n\r\n", MAX_HEAD)
        line, *lines = raw[:-4].split(b"\r\n")
        match = STATUS_LINE.fullmatch(line)
        assert match, f"no ICAP status line: {line[:100]!r}"
        fields = _fields(lines)
        said = [value for name, value in fields if name.lower() == "encapsulated"]
        assert len(said) <= 1, f"Encapsulated is repeated: {said}"
        parts = _parts(said[0]) if said else ()
        http_head = self._exactly(parts[-1][1]) if parts else b""
        _check_heads(parts, http_head)
        has_body = bool(parts) and parts[-1][0] != "null-body"
        body, original = self._body() if has_body else (None, None)
        phrase = match[2].decode("latin-1")
        return Answer(int(match[1]), phrase, fields, raw, parts, http_head, body, original)

    def read_continue(self) -> None:
        """Read "100 Continue" and nothing but it."""
        got = self._exactly(len(CONTINUE))
        assert got == CONTINUE, got

    def read_rest(self) -> bytes:
        """Return all that comes until the server closes; raise TimeoutError if it does not.

        A reset raises ConnectionResetError.
        """
        deadline = time.monotonic() + self.seconds
        while time.monotonic() < deadline:
            if not (data := self.sock.recv(65_536)):
                rest, self.received = self.received, b""
                return rest
            self.received += data
        raise TimeoutError("the server keeps the connection open")

    def pending(self, seconds: float = MOMENT) -> bytes:
        """Return what comes within a moment, b"" if nothing does; a close counts as nothing."""
        if not self.received:
            self.sock.settimeout(seconds)
            try:
                self.received = self.sock.recv(65_536)
            except TimeoutError:
                return b""
            finally:
                self.sock.settimeout(self.seconds)
        return self.received

    def assert_over(self, answer: Answer) -> None:
        """Nothing follows the answer, and a close that it announces comes."""
        if answer.closes:
            assert self.read_rest() == b""
        else:
            assert self.pending() == b""

    def _until(self, end: bytes, limit: int) -> bytes:
        while (at := self.received.find(end)) < 0:
            assert len(self.received) <= limit, "the head has no end"
            self._more()
        return self._exactly(at + len(end))

    def _exactly(self, size: int) -> bytes:
        while len(self.received) < size:
            self._more()
        data, self.received = self.received[:size], self.received[size:]
        return data

    def _more(self) -> None:
        try:
            data = self.sock.recv(65_536)
        except ConnectionError as error:
            raise Ended(f"reset after {self.received[-100:]!r}") from error
        if not data:
            raise Ended(f"closed after {self.received[-100:]!r}")
        self.received += data

    def _body(self) -> tuple[bytes, int | None]:
        pieces: list[bytes] = []
        while True:
            line = self._until(b"\r\n", 1024)
            match = CHUNK_LINE.fullmatch(line)
            assert match, f"no chunk line: {line!r}"
            if not (size := int(match[1], 16)):
                assert self._exactly(2) == b"\r\n", "a trailer nobody asked for"
                original = ORIGINAL.fullmatch(match[2] or b"")
                return b"".join(pieces), int(original[1]) if original else None
            pieces.append(self._exactly(size))
            assert self._exactly(2) == b"\r\n", "chunk data has no end"


def _fields(lines: list[bytes]) -> tuple[tuple[str, str], ...]:
    """Take the field lines apart; a folded line belongs to the field before it."""
    fields: list[tuple[str, str]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields.pop()
            fields.append((name, f"{value} {line.strip().decode('latin-1')}"))
            continue
        match = FIELD.fullmatch(line)
        assert match, f"no header field: {line[:100]!r}"
        fields.append((match[1].decode(), match[2].decode("latin-1")))
    return tuple(fields)


def _parts(value: str) -> tuple[tuple[str, int], ...]:
    assert PARTS.fullmatch(value), f"Encapsulated: {value!r}"
    pairs = (part.strip().split("=") for part in value.split(","))
    return tuple((name, int(offset)) for name, offset in pairs)


def _check_heads(parts: tuple[tuple[str, int], ...], heads: bytes) -> None:
    """Every offset is exactly the end of a head, and the first one is 0 (RFC 3507 §4.4.1)."""
    offsets = [offset for _, offset in parts]
    assert not offsets or offsets[0] == 0, parts
    for start, stop in pairwise(offsets):
        head = heads[start:stop]
        assert head.find(b"\r\n\r\n") == len(head) - 4, f"offset {stop} is not the end of a head"
