"""ICAP requests as exact bytes: a message has every part at hand, so that a test can spoil one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import shake_256
from typing import Self

LETTER = b"An honest letter, and nothing but that.\n"
GET = b"GET http://files.example/notes.txt HTTP/1.1\r\nHost: files.example\r\n\r\n"
PUT = (
    b"PUT http://files.example/notes.txt HTTP/1.1\r\nHost: files.example\r\n"
    b"Content-Type: text/plain\r\n\r\n"
)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Odd:  two  blanks \r\n\r\n"
LAST = b"0\r\n\r\n"
IEOF = b"0; ieof\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Message:
    """One request.  `wire` is all of it; `head` ends where its body begins."""

    line: str
    fields: tuple[tuple[str, str], ...]
    http_request: bytes = b""
    http_response: bytes = b""
    body: bytes | None = None
    """None: null-body."""
    encapsulated: str | None = None
    """None: what is true; empty: no such field."""

    def having(self, *fields: tuple[str, str]) -> Self:
        """Return the message with these fields behind its others."""
        return replace(self, fields=(*self.fields, *fields))

    def without(self, name: str) -> Self:
        return replace(self, fields=tuple(field for field in self.fields if field[0] != name))

    def allowing(self, *codes: int) -> Self:
        return self.having(("Allow", ", ".join(map(str, codes))))

    @property
    def layout(self) -> str:
        """What Encapsulated has to say (RFC 3507 §4.4.1)."""
        upload = self.line.startswith("REQMOD")
        parts, offset = [], 0
        for name, head in (("req-hdr", self.http_request), ("res-hdr", self.http_response)):
            if head:
                parts.append(f"{name}={offset}")
                offset += len(head)
        body = "null-body" if self.body is None else "req-body" if upload else "res-body"
        return ", ".join([*parts, f"{body}={offset}"])

    @property
    def icap_head(self) -> bytes:
        layout = self.layout if self.encapsulated is None else self.encapsulated
        fields = [*self.fields, ("Encapsulated", layout)] if layout else self.fields
        lines = [self.line, *(f"{name}: {value}" for name, value in fields)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    @property
    def head(self) -> bytes:
        """The ICAP head and the encapsulated heads."""
        return self.icap_head + self.http_request + self.http_response

    @property
    def wire(self) -> bytes:
        return self.head + (b"" if self.body is None else chunked(self.body))

    def preview(self, size: int) -> tuple[bytes, bytes]:
        """Return what is sent before 100 Continue and after it, b"" if the preview is all.

        "Preview: N" is added; a body that fits ends with ieof (§4.5).
        """
        body = self.body or b""
        head = self.having(("Preview", str(size))).head
        if len(body) <= size:
            return head + chunks(body) + IEOF, b""
        return head + chunked(body[:size]), chunked(body[size:])


def chunks(body: bytes, sizes: Sequence[int] = ()) -> bytes:
    """Return the body as chunks of these sizes, what is left as one more; no last chunk."""
    pieces = []
    for size in sizes:
        pieces.append(body[:size])
        body = body[size:]
    pieces.append(body)
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces if piece)


def chunked(body: bytes, sizes: Sequence[int] = ()) -> bytes:
    return chunks(body, sizes) + LAST


def noise(seed: int, size: int) -> bytes:
    """Return bytes that look random, the same for the same seed."""
    return shake_256(b"%d" % seed).digest(size)
