"""Whatever arrives parses, or is a ProtocolError, or wants more; and no cut changes that."""

import random

from icap_server.wire.chunks import MAX_TRAILER
from icap_server.wire.connection import ServerConnection
from icap_server.wire.encapsulated import MAX_HTTP_HEADS
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import BodyData, Event
from icap_server.wire.head import MAX_HEAD
from icap_server.wire.state import State

HEADS = b"GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n"
BODY = b"3; a=b\r\nabc\r\n1\r\nd\r\n0\r\nTrailer: x\r\n\r\n"
ENCAPSULATED = b"Encapsulated: req-hdr=0, res-hdr=%d, %%b=%d\r\n" % (
    len(HEADS[0]),
    len(b"".join(HEADS)),
)
LINE = b"RESPMOD icap://h:1344/respmod?a=b ICAP/1.0\r\nHost: h\r\nAllow: 204, 206\r\n"
SEEDS = [
    b"OPTIONS icap://h/respmod ICAP/1.0\r\nHost: h\r\n\r\n",
    LINE + ENCAPSULATED % b"res-body" + b"\r\n" + b"".join(HEADS) + BODY,
    LINE + ENCAPSULATED % b"null-body" + b"Preview: 0\r\n\r\n" + b"".join(HEADS),
    LINE + ENCAPSULATED % b"res-body" + b"Preview: 4\r\n\r\n" + b"".join(HEADS) + BODY + BODY,
    LINE
    + ENCAPSULATED % b"res-body"
    + b"Preview: 9\r\n\r\n"
    + b"".join(HEADS)
    + b"2\r\nab\r\n0; ieof\r\n\r\n",
    b"REQMOD icap://h/reqmod ICAP/1.0\r\nEncapsulated: req-body=0\r\n\r\n" + BODY,
]
WORDS = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"0\r\n\r\n", b"0; ieof\r\n\r\n", b"; ieof", b"\0", b" ",
    b"\t", b":", b",", b"=", b"0", b"-1", b"ffffffffffffffff", b"99999999999", b"res-body=0",
    b"null-body", b"req-hdr", b"Preview: 1\r\n", b"Encapsulated: null-body=0\r\n", b"\xff",
    b"a" * 999,
]  # fmt: skip
Outcome = tuple[list[str], bytes, bool]


def mutate(noise: random.Random) -> bytes:
    """Return some requests with a few things wrong."""
    data = bytearray(b"".join(noise.choices(SEEDS, k=noise.randint(1, 3))))
    for _ in range(noise.randint(0, 6)):
        at = noise.randrange(len(data) + 1)
        end = min(len(data), at + noise.choice([0, 0, 1, 2, 9, 60]))
        match noise.randrange(4):
            case 0:
                data[at:end] = noise.choice(WORDS)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end]
            case 3 if at < len(data):
                data[at] = noise.randrange(256)
    return bytes(data)


def cut(data: bytes, noise: random.Random) -> list[bytes]:
    places = sorted(noise.choices(range(len(data) + 1), k=noise.choice([1, 4, 40])))
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)])]


def feed(pieces: list[bytes]) -> Outcome:
    """Return the names of the events, all body bytes, and whether it ended with a refusal."""
    connection = ServerConnection()
    names: list[str] = []
    body = b""
    try:
        for piece in pieces:
            data = piece
            while True:
                events = connection.receive(data)
                body += take(events, names)
                data = b""
                if connection.state is State.WAITING:
                    connection.send_continue()
                elif connection.state is State.DONE:
                    connection.next_request()
                elif not events:
                    break
            unread = len(connection._buffer) - connection._at
            assert unread <= MAX_HEAD + MAX_HTTP_HEADS + MAX_TRAILER
    except ProtocolError as error:
        assert error.icap_status in (400, 501, 505)
        return names, body, True
    return names, body, False


def take(events: list[Event], names: list[str]) -> bytes:
    names += [type(event).__name__ for event in events if not isinstance(event, BodyData)]
    return b"".join(event.data for event in events if isinstance(event, BodyData))


def check(seed: int) -> None:
    noise = random.Random(seed)  # noqa: S311 - has to come out the same again
    data = mutate(noise)
    names, body, refused = feed([data])
    cut_names, cut_body, cut_refused = feed(cut(data, noise))
    assert cut_refused == refused
    assert len(body) <= len(data)
    if refused:  # what is whole before the wrong byte is seen earlier by who is fed in pieces
        assert cut_names[: len(names)] == names
        assert cut_body.startswith(body)
    else:
        assert (cut_names, cut_body) == (names, body)


def test_the_seeds_are_understood() -> None:
    for seed in SEEDS:
        assert not feed([seed])[2]
        assert not feed([seed * 3])[2]


def test_many_mutants() -> None:
    for seed in range(20_000):
        check(seed)
