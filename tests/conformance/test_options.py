"""Items 53 to 56: what OPTIONS says, how soon, and whether it is true."""

import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from statistics import median

import pytest

from tests.conformance.client import Answer, Ended, Line
from tests.conformance.messages import GET, LETTER, OK, chunked, noise
from tests.conformance.targets import Target

MiB = 1024 * 1024
METHODS = {"REQMOD", "RESPMOD"}
TRANSFERS = ("Transfer-Preview", "Transfer-Ignore", "Transfer-Complete")


def words(value: str) -> list[str]:
    return [word.strip() for word in value.split(",")]


def number(answer: Answer, name: str) -> int:
    value = answer.field(name)
    assert value.isascii()
    assert value.isdigit(), f"{name}: {value!r}"
    return int(value)


def test_item_53_fields_that_must_be(target: Target) -> None:
    answer = target.ask(target.options().wire)
    assert answer.status == 200
    assert set(words(answer.field("Methods"))) <= METHODS
    assert words(answer.field("Methods"))
    assert answer.field("ISTag")
    assert answer.parts == (("null-body", 0),)


def test_item_53_fields_are_right(target: Target) -> None:
    """Optional fields may be missing, not wrong."""
    answer = target.ask(target.options().wire)
    for name in ("Options-TTL", "Max-Connections", "Preview"):
        assert not answer.field(name) or number(answer, name) >= (name != "Preview")
    if answer.field("Date"):
        said = parsedate_to_datetime(answer.field("Date"))
        assert abs((datetime.now(UTC) - said).total_seconds()) < 5
    lists = [words(answer.field(name)) for name in TRANSFERS if answer.field(name)]
    everything = [word for one in lists for word in one]
    assert everything.count("*") == (1 if lists else 0)
    assert len(set(everything)) == len(everything)
    assert not answer.field("Preview") or "*" in words(answer.field("Transfer-Preview"))
    assert set(words(answer.field("Allow") or "204")) <= {"204", "206"}


@pytest.mark.usefixtures("own")
def test_item_53_nothing_is_missing(target: Target) -> None:
    answer = target.ask(target.options().wire)
    for name in ("Service", "Service-ID", "Date", "Options-TTL", "Max-Connections"):
        assert answer.field(name), name
    assert answer.field("Allow") == "204"
    assert answer.field("Transfer-Preview") == "*"
    assert number(answer, "Preview") > 0
    assert "X-Infection-Found" in words(answer.field("X-Allow-Out"))
    assert "X-Client-IP" in words(answer.field("X-Include"))


FORMS = {
    "nothing": ("", b""),
    "null-body": ("null-body=0", b""),
    "opt-body": ("opt-body=0", chunked(LETTER)),
    "empty opt-body": ("opt-body=0", chunked(b"")),
}


@pytest.mark.parametrize("layout, body", FORMS.values(), ids=FORMS)
def test_item_54_forms(target: Target, layout: str, body: bytes, foreign: str) -> None:
    """A foreign server may refuse a body that no extension defines."""
    fields = [("Encapsulated", layout)] if layout else []
    if foreign and body:
        message = target.options().having(*fields).wire + body
        assert target.ask(message, over=False).status in (200, 400)
        return
    with target.connect() as line:
        for _ in range(2):
            line.send(target.options().having(*fields).wire + body)
            assert line.read().status == 200
        assert line.pending() == b""


@pytest.mark.parametrize("path", ["*", "", "/", "a/b/c", "%2e%2e/x", "no-such-service?*"])
def test_item_54_paths(target: Target, path: str) -> None:
    answer = target.ask(target.options(path).wire, over=False)
    assert answer.status in (200, 400, 404)


class Load:
    """Clients that send files nobody has seen, as fast as they are scanned."""

    def __init__(self, target: Target, clients: int) -> None:
        self._target = target
        self._stop = threading.Event()
        self.answers = 0
        self._threads = [threading.Thread(target=self._send, args=(n,)) for n in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        deadline = time.monotonic() + self._target.seconds
        while self.answers < len(self._threads) and time.monotonic() < deadline:
            self._stop.wait(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, seed: int) -> None:
        number = seed * 1_000_000
        response = OK.replace(b"text/plain", b"application/octet-stream")
        request = GET.replace(b"notes.txt", b"data.bin")
        while not self._stop.is_set():
            number += 1
            message = self._target.download(noise(number, MiB // 2), response, request)
            self._target.ask(message.allowing(204).wire, over=False)
            self.answers += 1


def test_item_55_options_under_load(target: Target) -> None:
    times = []
    target.download()
    with Load(target, 8) as load, target.connect() as line:
        for _ in range(40):
            start = time.monotonic()
            line.send(target.options().wire)
            assert line.read().status == 200
            times.append(time.monotonic() - start)
        assert load.answers
    assert median(times) < 0.050, f"{median(times) * 1000:.0f} ms"


def admitted(line: Line, target: Target) -> bool:
    """Tell whether the connection is served; a 503 with a proper close is the other good end."""
    line.send(target.options().wire)
    answer = line.read()
    if answer.status == 503:
        assert answer.parts == (("null-body", 0),)
        assert line.read_rest() == b""
        return False
    assert answer.status == 200
    return True


MANY = 600


def test_item_56_max_connections(target: Target, request: pytest.FixtureRequest) -> None:
    """So many are served at once; one more waits or hears 503, and has its turn later."""
    if not request.getfixturevalue("foreign"):
        target = request.getfixturevalue("hurried")
    announced = int(target.ask(target.options().wire).field("Max-Connections") or 0)
    if not 0 < announced <= MANY:
        pytest.skip(f"not shown: Max-Connections is {announced or 'not announced'}")
    lines: list[Line] = []
    try:
        for _ in range(announced):
            lines.append(target.connect())
            assert admitted(lines[-1], target), f"refused after {len(lines) - 1} of {announced}"
        assert not served_too(target), "one more than announced is served"
    finally:
        for line in lines:
            line.sock.close()
    assert_serves_again(target)


def served_too(target: Target) -> bool:
    with target.connect() as line:
        line.send(target.options().wire)
        return bool(line.pending(0.5)) and line.read().status != 503


def assert_serves_again(target: Target) -> None:
    deadline = time.monotonic() + target.seconds
    while time.monotonic() < deadline:
        try:
            if target.ask(target.options().wire).status == 200:
                return
        except Ended:
            pytest.fail("reset while another connection was being closed")
    pytest.fail("nobody is served any more")
