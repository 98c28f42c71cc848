"""Items 9 to 15: the header block, its bounds and the fields that decide about framing."""

import time

import pytest

from bench.servers.daemon import wait_until
from bench.servers.douane import Douane
from tests.conformance.client import Line
from tests.conformance.messages import LETTER, Message, chunked
from tests.conformance.servers import HEAD_SECONDS, IDLE_SECONDS
from tests.conformance.targets import Target

KiB = 1024
NARROW = [("X-Many", "a")]
WIDE = [("X-Wide", "a" * 4 * KiB)]


def test_item_09_what_real_clients_send_is_taken(target: Target) -> None:
    assert target.ask(target.options().having(*NARROW * 100).wire).status == 200
    assert target.ask(target.options().having(*WIDE).wire).status == 200


@pytest.mark.parametrize(
    "fields",
    [NARROW * 200, NARROW * 5000, WIDE * 17, [("X-Long", "a" * 9 * KiB)], [("X" * 9000, "a")]],
    ids=["200 fields", "5000 fields", "68 KiB", "9 KiB line", "9 KiB name"],
)
def test_item_09_bounds(target: Target, fields: list[tuple[str, str]]) -> None:
    target.refuses(target.options().having(*fields).wire, 400)
    target.assert_serves()


def test_item_09_a_head_without_end(target: Target) -> None:
    endless = b"OPTIONS icap://127.0.0.1/x ICAP/1.0\r\nX: " + b"a" * 256 * KiB
    target.refuses(endless, 400)


def test_item_09_the_reason_is_logged(target: Target, own: Douane) -> None:
    before = own.log.stat().st_size

    def told() -> bool:
        target.refuses(target.options().having(*NARROW * 200).wire, 400)
        return b"too many header fields" in own.log.read_bytes()[before:]

    wait_until(told, 30, "the log says so")  # a client is complained of once in ten seconds


def test_item_10_half_a_head(hurried: Target) -> None:
    with hurried.connect() as line:
        start = time.monotonic()
        line.send(b"OPTIONS icap://127.0.0.1/respmod ICAP/1.0\r\nHos")
        answer = line.read()
        assert HEAD_SECONDS * 0.9 <= time.monotonic() - start < HEAD_SECONDS + 3
        assert answer.status == 408
        assert line.read_rest() == b""


def test_item_10_a_head_in_drops(hurried: Target) -> None:
    """Progress is no excuse: the whole head has one time limit."""
    with hurried.connect() as line:
        start = time.monotonic()
        line.send(b"OPTIONS icap://127.0.0.1/respmod ICAP/1.0\r\n")
        while not line.pending(0.1):
            line.send(b"X: y\r\n")
            assert time.monotonic() - start < HEAD_SECONDS + 3
        assert line.read().status == 408


def test_item_10_idle_is_another_limit(hurried: Target) -> None:
    with hurried.connect() as line:
        assert line.pending((HEAD_SECONDS + IDLE_SECONDS) / 2) == b""
        line.send(hurried.options().wire)
        assert line.read().status == 200


def bare(wire: bytes) -> bytes:
    return wire.replace(b"\r\n", b"\n")


def bare_line_feeds(target: Target) -> dict[str, bytes]:
    """Return one request for each place where a line may end without CR."""
    message = target.download(LETTER).allowing(204)
    whole = b"%x\r\n%b\r\n" % (len(LETTER), LETTER)
    return {
        "head": bare(message.icap_head) + message.head[len(message.icap_head) :] + chunked(LETTER),
        "chunk": message.head + whole.replace(b"\r\n", b"\n", 1) + b"0\r\n\r\n",
        "trailer": message.head + whole + b"0\r\nX-Trailer: a\n\r\n",
    }


def verdicts_on_bare_line_feeds(target: Target) -> dict[str, bool]:
    """Return for each place whether the request was taken; neither way may hang or reset."""
    taken = {}
    for place, wire in bare_line_feeds(target).items():
        answer = target.ask(wire, over=False)
        assert answer.status in (200, 204, 400), (place, answer.status)
        taken[place] = answer.status != 400
    return taken


def test_item_11_bare_line_feeds(target: Target, foreign: str) -> None:
    """Ours takes none, strict or not: who reads lines otherwise than we do reads another body."""
    taken = verdicts_on_bare_line_feeds(target)
    assert len(set(taken.values())) == 1, taken
    assert foreign or not any(taken.values()), taken


def test_item_11_bare_line_feeds_to_a_strict_server(strict: Target) -> None:
    assert not any(verdicts_on_bare_line_feeds(strict).values())


FRAMING = [
    [("Transfer-Encoding", "chunked")],
    [("Content-Length", "5")],
    [("Content-Length", "999999")],
    [("Transfer-Encoding", "chunked"), ("Content-Length", "0")],
]


@pytest.mark.parametrize("fields", FRAMING, ids=lambda fields: fields[0][1])
def test_item_12_framing_fields_of_the_head(target: Target, fields: list[tuple[str, str]]) -> None:
    """Neither a body is invented where there is none, nor is one cut short."""
    with target.connect() as line:
        for message in (target.options(), target.download(body=None).allowing(204)):
            line.send(message.having(*fields).wire)
            assert line.read().status in (200, 204)
        line.send(target.download().having(*fields).wire)
        assert line.read().body == LETTER
        assert line.pending() == b""


@pytest.mark.parametrize("blank", ["\t", " ", "   "], ids=["tab", "blank", "blanks"])
def test_item_13_folded_field(target: Target, blank: str) -> None:
    """The folded text looks like a field; where it counted as one, 204 would come."""
    folded = target.download().having(("X-Folded", f"a\r\n{blank}Allow: 204"))
    answer = target.ask(folded.wire, over=False)
    assert answer.status in (200, 400)
    if answer.status == 200:
        assert answer.body == LETTER


def twice(message: Message, name: str, first: str, second: str) -> bytes:
    return message.having((name, first), (name, second)).wire


def test_item_14_two_encapsulated(target: Target) -> None:
    message = target.download()
    target.refuses(message.having(("Encapsulated", "null-body=0")).wire, 400)


def test_item_14_two_previews(target: Target) -> None:
    target.refuses(twice(target.download(), "Preview", "0", "4096"), 400)


def test_item_14_two_hosts(target: Target) -> None:
    target.refuses(target.options().having(("Host", "elsewhere.example")).wire, 400)


def assert_closes(target: Target, message: Message) -> None:
    with target.connect() as line:
        line.send(message.wire)
        assert line.read().status == 200
        assert line.read_rest() == b""


@pytest.mark.parametrize(
    "value",
    ["close", " close", "  close", "Close", "CLOSE ", "TE, close", "close,x", "te ,\tclose"],
)
def test_item_15_connection_close(target: Target, value: str) -> None:
    assert_closes(target, target.options().having(("Connection", value)))


def test_item_15_only_the_word_counts(target: Target) -> None:
    with target.connect() as line:
        for value in ("keep-alive", "closed", "x-close"):
            send_and_stay(line, target.options().having(("Connection", value)))


def send_and_stay(line: Line, message: Message) -> None:
    line.send(message.wire)
    assert line.read().status == 200
