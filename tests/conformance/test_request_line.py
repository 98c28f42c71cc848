"""Items 1 to 8: the request line and what stands for the address."""

from dataclasses import replace

import pytest

from bench.servers.daemon import wait_until
from bench.servers.douane import Douane
from tests.conformance.messages import Message
from tests.conformance.targets import Target

ALIASES = ("avscan", "srv_clamav", "virus_scan", "squidclamav", "scan")
TLS_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32)


def relined(message: Message, old: str, new: str) -> Message:
    assert old in message.line
    return replace(message, line=message.line.replace(old, new, 1))


@pytest.mark.parametrize("query", ["", "?allow204=on&mode=simple"])
def test_item_01_options_is_served(target: Target, query: str) -> None:
    if "?" in target.service and query:
        pytest.skip("not shown: the service has a query of its own")
    assert target.ask(target.options(target.service + query).wire).status == 200


def test_item_01_respmod_is_served(target: Target) -> None:
    assert target.ask(target.download().allowing(204).wire).status in (200, 204)


def test_item_01_reqmod_is_served(target: Target) -> None:
    assert target.ask(target.upload().allowing(204).wire).status in (200, 204)


@pytest.mark.parametrize("name", ["options", "Options"])
def test_item_01_method_names_are_case_sensitive(target: Target, name: str) -> None:
    answer = target.ask(relined(target.options(), "OPTIONS", name).wire, over=False)
    assert answer.status in (400, 405, 501)


@pytest.mark.parametrize("name", ["FILEMOD", "GET", "LOGMOD", "X"])
def test_item_02_unknown_method(target: Target, name: str) -> None:
    assert target.ask(relined(target.options(), "OPTIONS", name).wire, over=False).status == 501


@pytest.mark.parametrize("version", ["ICAP/2.0", "ICAP/1.1", "ICAP/0.9"])
def test_item_03_other_versions(target: Target, version: str) -> None:
    answer = target.ask(relined(target.options(), "ICAP/1.0", version).wire, over=False)
    assert answer.status == 505


def lacking(target: Target) -> Message:
    """Return a request whose method its service does not take."""
    if target.respmod and target.respmod != target.reqmod:
        other = replace(target, reqmod=target.respmod)
        return other.upload(body=None)
    if target.reqmod and not target.respmod:
        other = replace(target, respmod=target.reqmod)
        return other.download(body=None)
    pytest.skip("not shown: the service takes both methods")


def test_item_04_method_the_service_lacks(target: Target) -> None:
    answer = target.ask(lacking(target).wire, over=False)
    assert answer.status == 405
    assert answer.field("ISTag")


def test_item_05_unknown_service(target: Target) -> None:
    assert target.ask(target.options("no-such-service").wire, over=False).status == 404


def test_item_05_unknown_service_with_a_body(target: Target) -> None:
    lost = replace(target, respmod="no-such-service").download()
    assert target.ask(lost.wire, over=False).status == 404


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize("alias", ALIASES)
def test_item_05_usual_names_are_known(target: Target, alias: str) -> None:
    answer = target.ask(target.options(alias).wire)
    assert answer.status == 200
    assert {word.strip() for word in answer.field("Methods").split(",")} == {"REQMOD", "RESPMOD"}


@pytest.mark.parametrize(
    "start",
    [
        b"OPTIONS\r\n\r\n",
        b"OPTIONS icap://127.0.0.1/x\r\n\r\n",
        b"OPTIONS  ICAP/1.0\r\n\r\n",
        b"OPTIONS icap://127.0.0.1/x ICAP/1.0 more\r\n\r\n",
        b"OPTIONS icap://127.0.0.1/x\x00y ICAP/1.0\r\n\r\n",
        b"OPTIONS icap://127.0.0.1/x\x07y ICAP/1.0\r\n\r\n",
        b"OPT\x01ONS icap://127.0.0.1/x ICAP/1.0\r\n\r\n",
        b"OPTIONS icap://127.0.0.1/" + b"x" * 9000 + b" ICAP/1.0\r\n\r\n",
        b"OPTIONS icap://127.0.0.1/x ICAP/one\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        b"\x00\x01\x02\x03\r\n\r\n",
        TLS_HELLO + b"\r\n\r\n",
    ],
    ids=["one word", "two words", "no uri", "four words", "nul", "bell", "control", "long"]
    + ["version", "http", "binary", "tls"],
)
def test_item_06_malformed_request_line(target: Target, start: bytes) -> None:
    target.refuses(start, 400)
    target.assert_serves()


def relative(target: Target) -> Message:
    return relined(target.options(), target.uri(""), "/")


def test_item_07_relative_uri(target: Target, foreign: str) -> None:
    answer = target.ask(relative(target).wire, over=False)
    assert answer.status in ((200, 400) if foreign else (200,))


def test_item_07_relative_uri_to_a_strict_server(strict: Target) -> None:
    strict.refuses(relative(strict).wire, 400)


@pytest.mark.parametrize("authority", ["127.0.0.1", "icap.example", "icap.example:9", "[::1]:1344"])
def test_item_07_any_name_and_port(target: Target, authority: str) -> None:
    options = relined(target.options(), f"{target.host}:{target.port}", authority)
    assert target.ask(options.wire).status == 200


def test_item_08_no_host(target: Target, foreign: str) -> None:
    answer = target.ask(target.options().without("Host").wire, over=False)
    assert answer.status in ((200, 400) if foreign else (200,))


def test_item_08_no_host_is_logged(target: Target, own: Douane) -> None:
    """Once of each client is enough, so whoever did it first in this session counts."""
    assert target.ask(target.options().without("Host").wire).status == 200
    wait_until(lambda: "Host is missing" in own.log.read_text(), 5, "the log says so")


def test_item_08_no_host_to_a_strict_server(strict: Target) -> None:
    strict.refuses(strict.options().without("Host").wire, 400)
    strict.refuses(strict.download().without("Host").wire, 400)
    strict.assert_serves()
