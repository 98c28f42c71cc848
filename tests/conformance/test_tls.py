"""Item 63: ICAP over TLS."""

import json
import socket
import ssl
import time
import warnings
from dataclasses import dataclass

import pytest
import trustme

from bench.servers.douane import Douane
from tests.conformance.client import Ended, Line
from tests.conformance.messages import LETTER
from tests.conformance.servers import SERVER_NAME
from tests.conformance.targets import Target


@dataclass(frozen=True, slots=True)
class Icaps:
    """A server on TLS that takes client certificates of one authority, and asks for none."""

    target: Target
    port: int
    authority: trustme.CA

    def context(self, known: trustme.CA | None = None) -> ssl.SSLContext:
        """Return a client's side; `known` signs a certificate to be shown."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.authority.configure_trust(context)
        if known:
            known.issue_cert("proxy.example").configure_cert(context)
        return context

    def connect(self, context: ssl.SSLContext, seconds: float = 5) -> Line:
        plain = socket.create_connection(("127.0.0.1", self.port), seconds)
        try:
            return Line(context.wrap_socket(plain, server_hostname=SERVER_NAME), seconds)
        except OSError:
            plain.close()
            raise

    def assert_serves(self, context: ssl.SSLContext) -> None:
        with self.connect(context) as line:
            line.send(self.target.download().wire)
            assert line.read().body == LETTER


@pytest.fixture
def icaps(target: Target, own: Douane, authority: trustme.CA) -> Icaps:
    address = json.loads((own.state / "run" / "addresses.json").read_text())["icaps"]
    return Icaps(target, int(address.rpartition(":")[2]), authority)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_item_63_served(icaps: Icaps, version: ssl.TLSVersion) -> None:
    context = icaps.context()
    context.minimum_version = context.maximum_version = version
    icaps.assert_serves(context)


def test_item_63_old_versions_are_refused(icaps: Icaps) -> None:
    context = icaps.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that they are old is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        icaps.connect(context)


def test_item_63_client_certificate(icaps: Icaps) -> None:
    icaps.assert_serves(icaps.context(icaps.authority))


def test_item_63_certificate_of_a_stranger(icaps: Icaps) -> None:
    """In TLS 1.3 the client learns of the refusal when it reads."""
    stranger = icaps.context(trustme.CA())
    with pytest.raises((ssl.SSLError, ConnectionError, Ended)):
        icaps.assert_serves(stranger)


@pytest.mark.parametrize("name", [SERVER_NAME, "elsewhere.example"])
def test_item_63_any_server_name(icaps: Icaps, name: str) -> None:
    """The name that a client asks for chooses nothing: there is one certificate."""
    context = icaps.context()
    context.check_hostname = False
    plain = socket.create_connection(("127.0.0.1", icaps.port), 5)
    with Line(context.wrap_socket(plain, server_hostname=name), 5) as line:
        line.send(icaps.target.options().wire)
        assert line.read().status == 200


def test_item_63_plain_bytes_fail_at_once(icaps: Icaps) -> None:
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", icaps.port), 5) as plain:
        plain.sendall(icaps.target.options().wire)
        try:
            while data := plain.recv(4096):
                assert b"ICAP/1.0 200" not in data
        except ConnectionError:
            pass
    assert time.monotonic() - start < 2


def test_item_63_many_and_large(icaps: Icaps) -> None:
    body = LETTER * 20_000
    with icaps.connect(icaps.context()) as line:
        for _ in range(3):
            line.send(icaps.target.download(body).wire)
            assert line.read().body == body
