"""Events out -> bytes: ICAP reply heads and chunk framing (RFC 3507 §4.3.3, §4.4).

Order of fields matters to clients: verdict fields stand before Encapsulated (ownCloud stops
reading there); without a body Encapsulated is last, with a body it is not (egirna takes a head
that ends in "0 CRLF CRLF" for the end of a body).
"""

from collections.abc import Iterable

Fields = Iterable[tuple[str, str]]

REASONS = {
    200: "OK",
    204: "No modifications",  # egirna's client knows no other phrase
    206: "Partial Content",
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "ICAP Service not found",
    405: "Method not allowed for service",
    408: "Request timeout",
    500: "Server error",
    501: "Method not implemented",
    503: "Service overloaded",
    505: "ICAP version not supported",
}
LAST_CHUNK = b"0\r\n\r\n"


def bodyless_reply(status: int, fields: Fields) -> bytes:
    """Return a whole reply that encapsulates nothing: OPTIONS, 204 and every error (§4.4.1)."""
    return _head(status, [*fields, ("Encapsulated", "null-body=0")])


def encapsulating_reply(
    fields: Fields, *, part: str, http_head: bytes, body: str | None, status: int = 200
) -> bytes:
    """Return the head of a reply that carries an HTTP head and maybe a body.

    `part` is "req-hdr" or "res-hdr"; `body` "req-body", "res-body", or None for null-body.  The
    body follows as chunks.
    """
    layout = f"{body or 'null-body'}={len(http_head)}"
    if http_head:
        layout = f"{part}=0, {layout}"
    return _head(status, [*fields, ("Encapsulated", layout), ("Server", "Douane")]) + http_head


def chunk(data: bytes) -> bytes:
    """Return `data` as one chunk; empty data would be the last chunk, so it gives nothing."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def original_body_chunk(offset: int) -> bytes:
    """Return the last chunk that makes the client go on with its own bytes from `offset`.

    draft-icap-ext-partial-content: only in a 206, and only of bytes that the client has sent us.
    """
    return b"0; use-original-body=%d\r\n\r\n" % offset


def _head(status: int, fields: Fields) -> bytes:
    """One name may stand for several lines: a value is folded where it says CRLF and TAB."""
    lines = [f"ICAP/1.0 {status} {REASONS[status]}"]
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace")
