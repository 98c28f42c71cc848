"""What may be odd about a request: forms that the RFCs allow, and forms that they do not."""

from collections.abc import Callable

from tests.differential.requests import CRLF, Draft, Oddity

EXTENSION, TRAILER = b"; name=value", b"Checksum: 1\r\n"
ENCAPSULATED = b"Encapsulated"


def rebuilt(change: Callable[[Draft], object]) -> Oddity:
    """Return an oddity that changes the draft."""

    def apply(wire: bytes, draft: Draft) -> bytes:
        change(draft)
        return draft.wire()

    return apply


def line(old: bytes, new: bytes) -> Oddity:
    """Return an oddity of the request line."""

    def apply(wire: bytes, draft: Draft) -> bytes:
        first, rest = wire.split(CRLF, 1)
        return first.replace(old, new, 1) + CRLF + rest

    return apply


def added(text: bytes) -> Oddity:
    """Return an oddity that is one more line of the ICAP head."""
    return lambda wire, draft: wire.replace(b"\r\nHost:", b"\r\n" + text + b"\r\nHost:", 1)


def head(old: bytes, new: bytes) -> Oddity:
    """Return an oddity that is another text in the ICAP head."""
    return lambda wire, draft: wire.replace(old, new, 1)


def sizes(form: bytes) -> Oddity:
    """Return an oddity of the first chunk's size line; `form` has %x for the size."""

    def change(draft: Draft) -> None:
        size, rest = draft.framing.split(CRLF, 1)
        draft.framing = form.replace(b"%x", size) + CRLF + rest

    return rebuilt(change)


def last_chunk(new: bytes) -> Oddity:
    def change(draft: Draft) -> None:
        draft.framing = draft.framing.removesuffix(b"0\r\n\r\n") + new

    return rebuilt(change)


def offset(by: int) -> Oddity:
    def change(draft: Draft) -> None:
        before, _, last = draft.get(ENCAPSULATED).rpartition(b"=")
        draft.set(ENCAPSULATED, b"%b=%d" % (before, int(last) + by))

    return rebuilt(change)


def encapsulated(change: Callable[[bytes], bytes]) -> Oddity:
    return rebuilt(lambda draft: draft.set(ENCAPSULATED, change(draft.get(ENCAPSULATED))))


def repeat_field(wire: bytes, draft: Draft) -> bytes:
    text = ENCAPSULATED + b": " + draft.get(ENCAPSULATED) + CRLF
    return wire.replace(text, text + text, 1)


FRAMING: dict[str, Oddity] = {  # oddities of a body
    "zeros before a chunk size": sizes(b"000000%x"),
    "chunk extension": sizes(b"%x" + EXTENSION),
    "blank behind a chunk size": sizes(b"%x \t"),
    "trailer": last_chunk(b"0\r\n" + TRAILER + CRLF),
    "ieof outside a preview": last_chunk(b"0; ieof\r\n\r\n"),
    "extension of the last chunk": last_chunk(b"0; last\r\n\r\n"),
    "chunk size with a sign": sizes(b"+%x"),
    "chunk size with 0x": sizes(b"0x%x"),
    "chunk size with an underscore": sizes(b"0_%x"),
    "blank before a chunk size": sizes(b" %x"),
    "no chunk size": sizes(b"x%x"),
    "NUL in a chunk extension": sizes(b"%x;\0"),
}
HEAD: dict[str, Oddity] = {
    "query": line(b"/echo", b"/echo?mode=simple"),
    "scheme in upper case": line(b"icap://", b"ICAP://"),
    "service with a slash behind": line(b"/echo", b"/echo/"),
    "empty line before": lambda wire, draft: CRLF + wire,
    "field names in lower case": head(b"Encapsulated:", b"encapsulated:"),
    "no blank behind a colon": head(b"Encapsulated: ", b"Encapsulated:"),
    "blanks around a value": head(b"Host: peer.example", b"Host: \t peer.example \t"),
    "same field twice": repeat_field,
    "Encapsulated without blanks": encapsulated(lambda value: value.replace(b" ", b"")),
    "Connection: close": added(b"Connection: close"),
    "Connection: Close in a list": added(b"Connection: keep-alive, Close"),
    "Latin-1 in a value": added(b"X-User: \xe9"),
    "unknown service": line(b"/echo", b"/nothing"),
    "unknown method": lambda wire, draft: b"FILEMOD" + wire[len(draft.method) :],
    "method in lower case": lambda wire, draft: draft.method.lower() + wire[len(draft.method) :],
    "version 1.1": line(b"ICAP/1.0", b"ICAP/1.1"),
    "version of HTTP": line(b"ICAP/1.0", b"HTTP/1.0"),
    "version without a dot": line(b"ICAP/1.0", b"ICAP/1"),
    "version 01.0": line(b"ICAP/1.0", b"ICAP/01.0"),
    "no version": line(b" ICAP/1.0", b""),
    "two blanks in the request line": line(b" icap", b"  icap"),
    "tab in the request line": line(b" icap", b"\ticap"),
    "blank behind the request line": line(b"ICAP/1.0", b"ICAP/1.0 "),
    "URI without scheme": line(b"icap://peer.example", b""),
    "URI of http": line(b"icap:", b"http:"),
    "fragment": line(b"/echo", b"/echo#x"),
    "folded field": added(b"X-User: a\r\n b"),
    "folded field with a colon": added(b"X-User: a\r\n b: c"),
    "blank before a colon": head(b"Encapsulated:", b"Encapsulated :"),
    "no field name": added(b": x"),
    "line without colon": added(b"junk"),
    "NUL in a value": added(b"X-User: a\0b"),
    "CR in a value": added(b"X-User: a\rb"),
    "bare line feed": head(b"peer.example\r\n", b"peer.example\n"),
    "no Encapsulated": rebuilt(lambda draft: draft.fields.__setitem__(1, (b"Allow", b"204"))),
    "Encapsulated twice, differing": added(b"Encapsulated: null-body=0"),
    "Encapsulated with an unknown part": encapsulated(lambda v: v.replace(b"req-hdr", b"foo-hdr")),
    "Encapsulated in upper case": encapsulated(bytes.upper),
    "Encapsulated out of order": encapsulated(lambda v: b", ".join(v.split(b", ")[::-1])),
    "Encapsulated without number": encapsulated(lambda value: value.rpartition(b"=")[0] + b"=x"),
    "Encapsulated empty": encapsulated(lambda value: b""),
    "Encapsulated with a negative offset": encapsulated(lambda v: v.replace(b"=0", b"=-1")),
    "offset too small": offset(-2),
    "offset too large": offset(3),
    "no number for a preview": added(b"Preview: many"),
    "Preview twice, differing": added(b"Preview: 4095\r\nPreview: 4094"),
    "too many fields": added(CRLF.join(b"X-%d: y" % number for number in range(130))),
    "long line": added(b"X-User: " + b"a" * 9000),
}
ODDITIES = {**HEAD, **FRAMING}
NEEDS_BODY = frozenset(FRAMING) | {
    "no number for a preview",
    "Preview twice, differing",
    "offset too large",
}
"""Without a body, these are no oddities, or wait for more of the request.  No preview either."""
