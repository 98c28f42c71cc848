"""Requests out of a seed: most of them valid in odd forms, some slightly wrong.

A request has at most one oddity, so that a difference has one cause.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

SEED = "Douane and pyicap"
REQUEST = b"GET http://files.example/data HTTP/1.1\r\nHost: files.example\r\n\r\n"
UPLOAD = b"PUT http://files.example/data HTTP/1.1\r\nHost: files.example\r\n\r\n"
RESPONSE = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n"
CRLF = b"\r\n"


@dataclass(frozen=True, slots=True)
class Case:
    wire: bytes
    body: bytes | None
    """What the client has and wants to go on with; None: no body."""
    traits: frozenset[str]
    """Method, what the client offers, and the one oddity, if any."""


@dataclass(slots=True)
class Draft:
    """A request while it is made: each oddity spoils or decorates one part of it."""

    noise: Random
    method: bytes
    body: bytes | None
    preview: int | None
    allow: bool
    uri: bytes = b"icap://peer.example/echo"
    version: bytes = b"ICAP/1.0"
    fields: list[tuple[bytes, bytes]] = field(default_factory=list)
    heads: bytes = b""
    framing: bytes = b""

    def __post_init__(self) -> None:
        self.fields = [(b"Host", b"peer.example")]
        if self.method == b"OPTIONS":
            return
        part = b"res" if self.method == b"RESPMOD" else b"req"
        last = b"null-body" if self.body is None else part + b"-body"
        self.heads = REQUEST + RESPONSE if self.method == b"RESPMOD" else UPLOAD
        layout = b"req-hdr=0, "
        if self.method == b"RESPMOD":
            layout += b"res-hdr=%d, " % len(REQUEST)
        self.fields.append((b"Encapsulated", b"%b%b=%d" % (layout, last, len(self.heads))))
        if self.allow:
            self.fields.append((b"Allow", b"204"))
        if self.preview is not None:
            self.fields.append((b"Preview", b"%d" % self.preview))
        self.framing = self.chunks()

    def chunks(self) -> bytes:
        if self.body is None:
            return b""
        sent = self.body if self.preview is None else self.body[: self.preview]
        whole = self.preview is not None and len(self.body) <= self.preview
        wire, at = b"", 0
        while at < len(sent):
            piece = sent[at : at + self.noise.randint(1, 800)]
            wire += b"%x\r\n%b\r\n" % (len(piece), piece)
            at += len(piece)
        return wire + (b"0; ieof\r\n\r\n" if whole else b"0\r\n\r\n")

    def set(self, name: bytes, value: bytes) -> None:
        self.fields = [(known, value if known == name else old) for known, old in self.fields]

    def get(self, name: bytes) -> bytes:
        return dict(self.fields)[name]

    def wire(self) -> bytes:
        lines = [b" ".join((self.method, self.uri, self.version))]
        lines += [name + b": " + value for name, value in self.fields]
        return CRLF.join(lines) + 2 * CRLF + self.heads + self.framing


Oddity = Callable[[bytes, Draft], bytes]
"""Takes the wire as it would be, returns it as it is sent."""


def make_case(number: int, oddities: dict[str, Oddity], needs_body: frozenset[str]) -> Case:
    """Return request `number`: always the same."""
    noise = Random(f"{SEED} {number}")  # noqa: S311 - has to come out the same again
    oddity = noise.choice([*oddities]) if noise.random() < 0.5 else ""
    plain = not oddity
    method = noise.choices([b"RESPMOD", b"REQMOD", b"OPTIONS"], [70, 20, 10 if plain else 0])[0]
    size = noise.choice([0, 1, 2, 30, 300, 3000])
    body: bytes | None = noise.randbytes(size)
    if method == b"OPTIONS" or (oddity not in needs_body and noise.random() < 0.15):
        body = None
    elif oddity in needs_body:
        body = body or b"an honest letter"
    preview = noise.choice([None, None, 0, 1, 30, 1024, 4096])
    allow = noise.random() < 0.5
    if oddity and method == b"REQMOD":
        allow = True  # pyicap cannot echo an upload: that difference is shown by itself
    if oddity in needs_body:
        preview = None
    draft = Draft(noise, method, body, preview, allow)
    wire = oddities[oddity](draft.wire(), draft) if oddity else draft.wire()
    return Case(wire, body, traits_of(draft, oddity))


def traits_of(draft: Draft, oddity: str) -> frozenset[str]:
    traits = {draft.method.decode(), oddity or "plain"}
    traits.add("no body" if draft.body is None else "body")
    if draft.method != b"OPTIONS":
        traits.add("204" if draft.allow or draft.preview is not None else "echo")
    return frozenset(traits)
