"""Who is tested: our own server or a foreign one, and the requests that fit it."""

import socket
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import pytest

from samples.builders import eicar
from tests.conformance.client import Answer, Line
from tests.conformance.messages import GET, LETTER, OK, PUT, Message

OWN_SECONDS = 15.0
FOREIGN_SECONDS = 2.0
"""A foreign server that says nothing for so long has hung."""


@dataclass(frozen=True, slots=True)
class Target:
    """A server on a port, and the services on it that take a method."""

    host: str
    port: int
    reqmod: str
    """Path of the service that takes REQMOD; empty: none does."""
    respmod: str
    inspects: bool
    """It blocks the EICAR test file."""
    foreign: bool = False

    @property
    def seconds(self) -> float:
        """The longest wait for any single answer."""
        return FOREIGN_SECONDS if self.foreign else OWN_SECONDS

    def uri(self, service: str) -> str:
        return f"icap://{self.host}:{self.port}/{service}"

    @property
    def service(self) -> str:
        return self.respmod or self.reqmod

    @property
    def host_field(self) -> tuple[str, str]:
        return ("Host", f"{self.host}:{self.port}")

    def options(self, service: str | None = None) -> Message:
        path = self.service if service is None else service
        line = f"OPTIONS {self.uri(path)} ICAP/1.0"
        return Message(line, (self.host_field,), encapsulated="")

    def download(
        self, body: bytes | None = LETTER, response: bytes = OK, request: bytes = GET
    ) -> Message:
        if not self.respmod:
            pytest.skip("not shown: no RESPMOD here")
        line = f"RESPMOD {self.uri(self.respmod)} ICAP/1.0"
        return Message(line, (self.host_field,), request, response, body)

    def upload(self, body: bytes | None = LETTER, request: bytes = PUT) -> Message:
        if not self.reqmod:
            pytest.skip("not shown: no REQMOD here")
        return Message(
            f"REQMOD {self.uri(self.reqmod)} ICAP/1.0", (self.host_field,), request, body=body
        )

    def virus(self) -> Message:
        """Return a download that must be blocked."""
        if not self.inspects:
            pytest.skip("not shown: nothing is blocked here")
        return self.download(eicar(), request=GET.replace(b"notes", b"eicar"))

    def connect(self, seconds: float | None = None) -> Line:
        waits = self.seconds if seconds is None else seconds
        sock = socket.create_connection((self.host, self.port), waits)
        return Line(sock, waits)

    def ask(self, wire: bytes, *, over: bool = True) -> Answer:
        """Send it on a connection of its own; return the answer, behind which nothing may come."""
        with self.connect() as line:
            line.send(wire)
            answer = line.read()
            if over:
                line.assert_over(answer)
            return answer

    def refuses(self, wire: bytes, *statuses: int) -> None:
        """Assert that the answer is one of these errors, and that a proper close follows it."""
        with self.connect() as line:
            line.send(wire)
            answer = line.read()
            assert answer.status in statuses, (answer.status, answer.fields)
            assert line.read_rest() == b""

    def assert_serves(self) -> None:
        """An ordinary request is answered: nothing that went before did harm."""
        assert self.ask(self.options().wire).status == 200
        if self.respmod:
            assert self.ask(self.download().allowing(204).wire).status in (200, 204)


def find_target(url: str) -> Target:
    """Return the foreign server at `icap://host[:port]/service`, as its OPTIONS describe it."""
    parts = urlsplit(url)
    if parts.scheme != "icap" or not parts.hostname:
        raise pytest.UsageError(f"{url!r}: icap://host:port/service is wanted")
    path = parts.path.removeprefix("/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.hostname, parts.port or 1344, path, path, True, foreign=True)
    answer = target.ask(target.options().wire, over=False)
    offered = {method.strip() for method in answer.field("Methods").split(",")}
    target = replace(
        target,
        reqmod=path if "REQMOD" in offered else "",
        respmod=path if "RESPMOD" in offered else "",
    )
    blocks = bool(target.respmod) and target.ask(target.virus().wire, over=False).blocked
    return replace(target, inspects=blocks)
