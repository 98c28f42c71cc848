"""Plays every kind of client against the running service and reads the answers as they would."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path

from douane.listeners import split_address
from douane.selftest.answer import Answer, AnswerBroken, read_answer
from douane.selftest.manners import MANNERS, Manner, ask
from douane.selftest.readers import READERS, Exchanged, Reading
from douane.selftest.specimens import Outcome, Sample, samples


class NotServed(OSError):
    """There is nothing to test, or it does not take us for a client; the text says what to do."""


SECONDS = 60.0
"""For one answer: a scan may take its whole deadline."""
RECEIVE_BYTES = 256 * 1024
MAX_ANSWER = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One file of one client."""

    profile: str
    sample: str
    icap_status: int
    """0: there was no answer."""
    outcome: str
    wanted: tuple[str, ...]
    ok: bool
    why: str
    """By which of its rules the client came to that."""
    milliseconds: float

    def to_json(self) -> dict[str, object]:
        return asdict(self)


def play(address: str, profiles: tuple[str, ...] = ()) -> Iterator[Row]:
    """Yield a row for each client and file; `address` is host:port of the ICAP service.

    `profiles`: only these; () means all.  What fails on the way is a row as well.  Every client is
    played in its shipped profile, whatever `[[client]]` says of our address.  Raises NotServed.
    """
    host, port = split_address(address)
    _require_welcome(host, port)
    for manner in MANNERS:
        if profiles and manner.profile not in profiles:
            continue
        for sample in samples():
            yield _play_one(host, port, manner, sample)


def service_address(addresses_file: Path) -> str:
    """Return where the running service listens; raise NotServed if none does."""
    try:
        stated = json.loads(addresses_file.read_text("utf-8"))["icap"]
    except (OSError, ValueError, KeyError):
        raise NotServed("no service runs on this state; start `douane serve` first") from None
    return str(stated).replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:")


def known_profiles() -> tuple[str, ...]:
    return tuple(manner.profile for manner in MANNERS)


def _require_welcome(host: str, port: int) -> None:
    """Ask for nothing but leave to ask: 52 rows that all say 401 would help nobody."""
    try:
        with socket.create_connection((host, port), SECONDS) as connection:
            line = f"OPTIONS icap://{host}:{port}/respmod ICAP/1.0\r\nHost: {host}\r\n\r\n"
            connection.sendall(line.encode())
            status = _receive(connection).status
    except AnswerBroken:
        raise NotServed(
            "the service closes our connection; name this machine in [access] clients"
        ) from None
    except OSError as error:
        raise NotServed(f"{host}:{port} cannot be reached: {error.strerror or error}") from None
    if status == HTTPStatus.UNAUTHORIZED:
        raise NotServed(
            "the service asks for a password ([access] basic_users), which the self-test has not; "
            "test with a settings file without it"
        )


def _play_one(host: str, port: int, manner: Manner, sample: Sample) -> Row:
    started = time.monotonic()
    status = 0
    try:
        with socket.create_connection((host, port), SECONDS) as connection:
            exchanged = _exchange(connection, f"{host}:{port}", manner, sample)
        status = exchanged.answer.status
        reading = READERS[manner.profile](exchanged)
    except AnswerBroken as error:
        reading = Reading(Outcome.ERROR, str(error))
    except OSError as error:
        reading = Reading(Outcome.ERROR, f"no answer: {error.strerror or error}")
    return Row(
        manner.profile,
        sample.name,
        status,
        reading.outcome.value,
        tuple(sorted(sample.wanted)),
        reading.outcome in sample.wanted,
        reading.why,
        round((time.monotonic() - started) * 1000, 1),
    )


def _exchange(connection: socket.socket, host: str, manner: Manner, sample: Sample) -> Exchanged:
    service = manner.method.lower()
    options = f"OPTIONS icap://{host}/{service}?profile={manner.profile} ICAP/1.0"
    connection.sendall(f"{options}\r\nHost: {host}\r\n\r\n".encode())
    offered = _receive(connection)
    previews = offered.field("Preview") is not None and offered.field("Transfer-Preview") == "*"
    question = ask(manner, sample, host=host, service=service, previews=previews)
    connection.sendall(question.opening)
    answer = _receive(connection)
    after_continue = answer.status == 100 and question.rest is not None
    if after_continue:
        assert question.rest is not None  # noqa: S101 - for the type checker
        connection.sendall(question.rest)
        answer = _receive(connection)
    allowed = manner.allow if len(sample.data) < manner.allow_below else ""
    return Exchanged(answer, sample.data, after_continue, allowed)


def _receive(connection: socket.socket) -> Answer:
    """Read one answer; raise AnswerBroken if the connection ends before it does."""
    data = b""
    while (answer := read_answer(data)) is None:
        piece = connection.recv(RECEIVE_BYTES)
        data += piece
        if not piece:
            raise AnswerBroken("the connection ended before the answer did")
        if len(data) > MAX_ANSWER:
            raise AnswerBroken("the answer never ends")
    return answer
