"""Every client's rules, on answers that it gets right and such that it falls for."""

import pytest

from douane.selftest.answer import read_answer
from douane.selftest.manners import MANNERS, chunks
from douane.selftest.readers import READERS, Exchanged
from douane.selftest.specimens import Outcome

PASSED, STOPPED, UNSCANNABLE, ERROR = Outcome
FOUND = "X-Infection-Found: Type=0; Resolution=2; Threat=A;"
FAILED = "X-Infection-Found: Type=2; Resolution=2; Threat=A;"
FORBIDDEN = b"HTTP/1.1 403 Forbidden\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n\r\n"
SENT = b"body"


def message(status: str, *lines: str, http: bytes = b"", body: bytes | None = None) -> bytes:
    layout = f"res-hdr=0, {'null' if body is None else 'res'}-body={len(http)}"
    head = [f"ICAP/1.0 {status}", *lines, f"Encapsulated: {layout if http else 'null-body=0'}"]
    chunked = b"" if body is None else chunks(body)
    return ("\r\n".join(head) + "\r\n\r\n").encode() + http + chunked


UNCHANGED = message("204 No modifications", 'ISTag: "a"')
ECHO = message("200 OK", 'ISTag: "a"', http=OK, body=SENT)
PAGE = message("200 OK", 'ISTag: "a"', FOUND, http=FORBIDDEN, body=b"page")
BARE_PAGE = message("200 OK", 'ISTag: "a"', http=FORBIDDEN, body=b"page")
BUSY = message("503 Service overloaded", 'ISTag: "a"')
LOCKED = message("500 Server error", 'ISTag: "a"', "X-Error-Code: password_protected")
TORN = message("200 OK", 'ISTag: "a"', http=OK, body=b"other")
FOLDED = message("200 OK", 'ISTag: "a"', "X-Violations-Found: 1\r\n\t-", http=FORBIDDEN, body=b"")


def read(
    client: str, data: bytes, *, after_continue: bool = False, allowed: str = "204"
) -> Outcome:
    answer = read_answer(data)
    assert answer is not None
    return READERS[client](Exchanged(answer, SENT, after_continue, allowed)).outcome


def test_every_client_that_asks_also_reads() -> None:
    assert set(READERS) == {manner.profile for manner in MANNERS}


@pytest.mark.parametrize("client", set(READERS) - {"trafficserver"})
def test_everyone_knows_204(client: str) -> None:
    assert read(client, UNCHANGED) is PASSED


@pytest.mark.parametrize("client", READERS)
def test_everyone_stops_at_a_page(client: str) -> None:
    assert read(client, PAGE) is STOPPED


@pytest.mark.parametrize("client", set(READERS) - {"nextcloud", "owncloud", "e2guardian", "rspamd"})
def test_another_body_is_an_error(client: str) -> None:
    assert read(client, TORN) is ERROR


@pytest.mark.parametrize("client", READERS)
def test_nobody_takes_an_overload_for_a_pass(client: str) -> None:
    assert read(client, BUSY) is ERROR


@pytest.mark.parametrize(
    "client, data, outcome",
    [
        ("e2guardian", ECHO, STOPPED),
        ("trafficserver", UNCHANGED, ERROR),
        ("trafficserver", ECHO, PASSED),
        ("nextcloud", LOCKED, UNSCANNABLE),
        ("nextcloud", message("500 Server error"), ERROR),
        ("nextcloud", message("204"), ERROR),
        ("nextcloud", message("200 OK", "X-Virus-ID: A", http=OK, body=SENT), PASSED),
        ("owncloud", BARE_PAGE, STOPPED),
        ("owncloud", message("200 OK", http=OK, body=SENT), PASSED),
        ("owncloud", LOCKED, ERROR),
        ("rspamd", message("200 OK", FAILED, http=FORBIDDEN, body=b""), UNSCANNABLE),
        ("rspamd", BARE_PAGE, STOPPED),
        ("rspamd", ECHO, PASSED),
        ("rspamd", message("200 OK", "X-Infection-Found: A", http=OK, body=SENT), ERROR),
        ("g3proxy", FOLDED, ERROR),
        ("g3proxy", message("200 OK", http=OK, body=SENT), ERROR),
        ("squid", message("200 OK", 'ISTag: "a"'), ERROR),
        ("squid", message("413 Too large"), ERROR),
        ("squid", ECHO + b"x", ERROR),
        ("nutanix", LOCKED, ERROR),
        ("powerscale", PAGE, STOPPED),
        ("generic", message("200 OK", http=b"HTTP/1.1 302 Found\r\n\r\n", body=b""), STOPPED),
    ],
)  # fmt: skip
def test_peculiarities(client: str, data: bytes, outcome: Outcome) -> None:
    assert read(client, data) is outcome


def test_an_owncloud_that_stops_at_encapsulated_sees_no_verdict_behind_it() -> None:
    late = b"ICAP/1.0 200 OK\r\nEncapsulated: res-hdr=0, null-body=%d\r\n%b\r\n\r\n" % (
        len(OK),
        FOUND.encode(),
    )
    assert read("owncloud", late + OK) is PASSED


def test_204_after_100_continue_needs_leave() -> None:
    assert read("generic", UNCHANGED, after_continue=True, allowed="") is ERROR
    assert read("g3proxy", UNCHANGED, after_continue=True) is ERROR


def test_206_needs_leave_and_the_right_place() -> None:
    data = b"ICAP/1.0 206 Partial Content\r\nEncapsulated: res-hdr=0, res-body=%d\r\n\r\n%b"
    data = data % (len(OK), OK) + b"0; use-original-body=%d\r\n\r\n"
    assert read("squid", data % 0, allowed="204, 206") is PASSED
    assert read("squid", data % 1, allowed="204, 206") is ERROR
    assert read("squid", data % 0) is ERROR


def test_a_head_beyond_8_kib_is_too_much_for_g3proxy() -> None:
    long = message("200 OK", 'ISTag: "a"', *["A: " + "b" * 90] * 100, http=FORBIDDEN, body=b"")
    assert read("g3proxy", long) is ERROR
    assert read("generic", long) is STOPPED
