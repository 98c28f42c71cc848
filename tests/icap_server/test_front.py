"""A front on the loopback: many clients, clients that vanish, limits, the graceful end."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from icap_server import front as module
from icap_server.exchange import EchoExchange, Exchange, OptionsExchange, RefusalExchange
from icap_server.front import Front
from icap_server.inspection import InspectExchange
from icap_server.session import Session
from icap_server.wire.connection import ServerConnection
from icap_server.wire.errors import ProtocolError
from icap_server.wire.events import RequestHead
from tests.descriptors import Count, none_left
from tests.icap_server.fronts import LOCAL
from verdicts.spool import SpoolSpace

if TYPE_CHECKING:
    from tests.icap_server.conftest import Client, Question, ScriptedInspection, Served

    Ask = Callable[..., Question]
    Serve = Callable[..., Awaitable[Served]]

OPTIONS = b"OPTIONS icap://h/respmod ICAP/1.0\r\n\r\n"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nothing tells when the last socket is gone
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    "line, kind",
    [
        ("OPTIONS icap://h/respmod", OptionsExchange),
        ("OPTIONS icap://h/avscan", OptionsExchange),
        ("RESPMOD icap://h/respmod", InspectExchange),
        ("RESPMOD icap://h/virus_scan?mode=simple", InspectExchange),
        ("REQMOD icap://h/scan", InspectExchange),
        ("RESPMOD icap://h/echo", EchoExchange),
        ("RESPMOD icap://h/reqmod", RefusalExchange),
        ("REQMOD icap://h/respmod", RefusalExchange),
        ("OPTIONS icap://h/nothing", RefusalExchange),
        ("OPTIONS icap://h/", RefusalExchange),
        ("OPTIONS icap://h/RESPMOD", RefusalExchange),
    ],
)
async def test_routes(make_front: Callable[..., Front], line: str, kind: type[Exchange]) -> None:
    wire = f"{line} ICAP/1.0\r\nEncapsulated: null-body=0\r\n\r\n".encode()
    (head,) = ServerConnection().receive(wire)
    assert isinstance(head, RequestHead)
    assert type(make_front().route(head, LOCAL)) is kind


async def test_what_is_not_http_is_the_clients_fault(
    make_front: Callable[..., Front], question: "Ask"
) -> None:
    head = ServerConnection().receive(question(b"", http=("no field",)).wire)[0]
    assert isinstance(head, RequestHead)
    with pytest.raises(ProtocolError):
        make_front().route(head, LOCAL)


async def test_replies_are_counted(serve: "Serve", question: "Ask") -> None:
    served = await serve()
    client = await served.connect()
    await client.ask(question(b"a letter", "Allow: 204").wire)
    await client.ask(question(b"a worm", "Allow: 204").wire)
    await client.ask(OPTIONS.replace(b"/respmod", b"/" + b"made-up"))
    await client.ask(b"nonsense\r\n\r\n")
    assert served.front.requests == {
        "respmod 204": 1, "respmod 200": 1, "- 404": 1, "- 400": 1,
    }  # fmt: skip


async def test_heads_and_bodies_are_timed(
    serve: "Serve", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    served = await serve()
    client = await served.connect()
    await client.ask(question(b"a letter", "Allow: 204").wire)
    await client.ask(OPTIONS)
    times = inspection.stages.counts()
    assert (sum(times["head"].buckets), sum(times["body"].buckets)) == (1, 1)
    assert times["head"].seconds > 0


async def test_an_echo_is_what_was_sent(client: "Client", question: "Ask") -> None:
    """Any body, however it was cut into chunks."""
    noise = random.Random(1)  # noqa: S311 - has to come out the same again
    sizes = [0, 1, 2, 4095, 65_535, 65_536, 200_000, 1_100_000, 2_000_000]
    for method in ("REQMOD", "RESPMOD"):
        for service in (method.lower(), "echo"):
            for size in [*sizes, *(noise.randrange(5000) for _ in range(20))]:
                body = noise.randbytes(size)
                cuts = noise.choice([(), (1,) * 100, (noise.randrange(1, 100_000),) * 20, (1, 9)])
                asked = question(body, method=method, service=service, chunks=cuts)
                answer = await client.ask(asked.wire)
                assert answer.status == 200
                assert answer.body == body
                assert answer.http_head == asked.http_head


async def test_clients_at_once_are_never_mixed_up(serve: "Serve", question: "Ask") -> None:
    served = await serve()

    async def talk(number: int) -> None:
        client = await served.connect()
        for turn in range(4):
            body = f"{number} {turn} ".encode() * (number * 97 + 1)
            answer = await client.ask(question(body, chunks=(7, 1000)).wire)
            assert answer.body is not None
            assert hashlib.sha256(answer.body).digest() == hashlib.sha256(body).digest()
        client.vanish()

    await asyncio.gather(*(talk(number) for number in range(200)))
    await until(lambda: not served.front.connections)


def tally(served: "Served", space: SpoolSpace) -> tuple[int, int, int]:
    return served.front.connections, space.used, len(asyncio.all_tasks())


async def first_tally(served: "Served", space: SpoolSpace) -> tuple[int, int, int]:
    """Once somebody was here: the event loop keeps a descriptor of its own from then on."""
    client = await served.connect()
    await client.ask(OPTIONS)
    client.vanish()
    await until(lambda: not served.front.connections)
    return tally(served, space)


async def test_clients_that_vanish_at_every_byte(
    serve: "Serve", question: "Ask", space: SpoolSpace, open_descriptors: Count
) -> None:
    served = await serve()
    wire = question(b"x" * 20, "Preview: 10", chunks=(10,)).wire + b"5\r\nabcde\r\n0\r\n\r\n"
    before = await first_tally(served, space)
    opened = open_descriptors()
    for cut in range(len(wire)):
        for polite in (False, True):
            client = await served.connect()
            client.writer.write(wire[:cut])
            await asyncio.sleep(0)
            if polite:
                client.writer.close()
            else:
                client.vanish()
    await until(lambda: tally(served, space) == before)
    await none_left(open_descriptors, opened)


async def test_clients_that_vanish_while_a_scan_runs(
    serve: "Serve",
    question: "Ask",
    space: SpoolSpace,
    inspection: "ScriptedInspection",
    open_descriptors: Count,
) -> None:
    served = await serve()
    before = await first_tally(served, space)
    opened = open_descriptors()
    inspection.gate = asyncio.Event()
    clients = [await served.connect() for _ in range(10)]
    for number, client in enumerate(clients):
        client.writer.write(question(bytes([number]) * 100_000).wire)
    await until(lambda: inspection.waiting == 10)
    for client in clients:
        client.vanish()
    inspection.gate.set()
    await until(lambda: tally(served, space) == before)
    await none_left(open_descriptors, opened)
    assert len(inspection.records) == 10


async def test_one_connection_too_many(serve: "Serve") -> None:
    """A 503 that arrives, even if the client was already speaking; then room again."""
    served = await serve(max_connections=2, client_share=1)
    kept = [await served.connect() for _ in range(2)]
    for client in kept:
        assert (await client.ask(OPTIONS)).status == 200
    extra = await served.connect()
    extra.writer.write(OPTIONS * 100)
    answer = await extra.answer()
    assert answer.status == 503
    assert answer.fields["Connection"] == "close"
    assert await extra.rest() == b""
    extra.writer.close()
    kept[0].vanish()
    await until(lambda: served.front.connections == 1)
    assert (await (await served.connect()).ask(OPTIONS)).status == 200


async def test_a_flood_of_connections(serve: "Serve", monkeypatch: pytest.MonkeyPatch) -> None:
    """Some get time to read their 503; not any number does, or refusing would cost too much."""
    monkeypatch.setattr("icap_server.admission.REFUSED_AT_ONCE", 1)
    served = await serve(max_connections=1)
    kept, told, silent = [await served.connect() for _ in range(3)]
    assert (await kept.ask(OPTIONS)).status == 200
    assert (await told.answer()).status == 503
    assert await silent.rest() == b""
    assert served.front.refused == {"connections": 2}
    told.writer.close()
    await until(lambda: served.front.connections == 1)
    assert (await (await served.connect()).answer()).status == 503


async def test_an_early_answer_arrives(serve: "Serve", question: "Ask") -> None:
    """Too large: the block page comes in mid-body, to a client that goes on sending."""
    served = await serve(file_bytes=100_000)
    client = await served.connect()
    wire = question(bytes(2_000_000), "Allow: 204", chunks=(65_536,) * 30).wire
    client.writer.write(wire)
    answer = await client.answer()
    assert answer.status == 200
    assert b"403 Forbidden" in answer.http_head
    assert answer.fields["Connection"] == "close"
    await client.writer.drain()
    assert await client.rest() == b""


async def test_options_while_every_scan_hangs(
    serve: "Serve", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    """Squid takes a late OPTIONS for a service that is down."""
    served = await serve()
    inspection.gate = asyncio.Event()
    for number in range(20):
        (await served.connect()).writer.write(question(b"%d" % number, "Allow: 204").wire)
    await until(lambda: inspection.waiting == 20)
    async with asyncio.timeout(10):
        assert (await (await served.connect()).ask(OPTIONS)).status == 200
    inspection.gate.set()


async def test_graceful_stop(
    serve: "Serve", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    served = await serve()
    gone = await served.connect()
    gone.writer.close()
    await until(lambda: served.front.connections == 0)
    inspection.gate = asyncio.Event()
    idle, busy = await served.connect(), await served.connect()
    assert (await idle.ask(OPTIONS)).status == 200
    busy.writer.write(question(b"an honest letter", "Allow: 204").wire)
    await until(lambda: inspection.waiting == 1)
    stopping = asyncio.create_task(served.front.stop())
    assert await idle.rest() == b""
    with pytest.raises(ConnectionError):
        await served.connect()
    assert not stopping.done()
    inspection.gate.set()
    assert (await busy.answer()).status == 204
    assert await busy.rest() == b""
    async with asyncio.timeout(5):
        await stopping
    assert not served.front.connections


async def test_stop_does_not_wait_for_ever(
    serve: "Serve", question: "Ask", inspection: "ScriptedInspection"
) -> None:
    served = await serve(stop_seconds=0.05)
    inspection.gate = asyncio.Event()
    client = await served.connect()
    client.writer.write(question(b"x", "Allow: 204").wire)
    await until(lambda: inspection.waiting == 1)
    async with asyncio.timeout(5):
        await served.front.stop()
    assert await client.rest() == b""
    inspection.gate.set()


async def test_the_watch_survives_a_bug(serve: "Serve", monkeypatch: pytest.MonkeyPatch) -> None:
    """One session that cannot be checked must not keep all others from their deadlines."""
    monkeypatch.setattr(module, "CHECK_SECONDS", 0.001)
    checked: set[Session] = set()
    broken: list[Session] = []

    def check(session: Session, now: float) -> None:
        if not broken:
            broken.append(session)
        if session in broken:
            raise RuntimeError("as scripted")
        checked.add(session)

    monkeypatch.setattr(Session, "check", check)
    served = await serve()
    clients = [await served.connect() for _ in range(2)]
    await until(lambda: bool(checked and broken))
    answers = await asyncio.gather(*(c.ask(OPTIONS) for c in clients), return_exceptions=True)
    assert sorted(isinstance(answer, Exception) for answer in answers) == [False, True]
