"""No database, and no room in the journal: what `[database] unrecorded` says is what happens."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable, Mapping

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bench.servers.daemon import wait_until
from bench.servers.douane import Douane, Value
from tests.end_to_end.traffic import compare, flowing, request
from verdicts.ledger.event_log.events import events_after
from verdicts.ledger.questions import ask_state
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.state import LedgerState

pytestmark = [pytest.mark.server]

WAIT_SECONDS = 30.0
JOURNAL_BYTES = 10_000
"""A dozen records."""
PARTS = {"database", "journal"}
"""What is not in order when nothing can be recorded."""
Start = Callable[..., Douane]
Connect = Callable[[Douane], httpx.Client]


def settings(unrecorded: str) -> Mapping[str, Mapping[str, Value]]:
    return {
        "clamav": {"socket": "off"},
        "workers": {"count": 1},
        "icap": {"fronts": 1},
        "database": {"journal_bytes": JOURNAL_BYTES, "unrecorded": unrecorded},
    }


class Log:
    """The database of a service: taken away and put back, as a disk that comes and goes."""

    def __init__(self, douane: Douane) -> None:
        self._file = douane.state / "douane.sqlite"
        self._aside = douane.state / "aside"
        self._socket = douane.state / "run/ledger.sock"
        self.url = f"sqlite:///{self._file}"

    def take(self) -> None:
        self._file.rename(self._aside)

    def put_back(self) -> None:
        self._aside.rename(self._file)

    def state(self) -> LedgerState:
        return ask_state(self._socket)

    def alarms(self) -> list[tuple[str, bool]]:
        """Return the part and whether it is well, of each alarm."""
        reader = Reader(self.url)
        with reader.connect() as connection:
            told = events_after(connection, 0, ["alarm"], 100)
        reader.close()
        rows = [json.loads(event.data) for event in told]
        return [(row["part"], row["ok"]) for row in rows]


async def until(condition: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(wait_until, condition, WAIT_SECONDS, what)


async def ask(douane: Douane, message: bytes) -> int:
    """Return the status of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", douane.icap_port)
    writer.write(message)
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return int(head[9:12])


def metric(api: httpx.Client, name: str, **labels: str) -> float:
    families = text_string_to_metric_families(api.get("/metrics").raise_for_status().text)
    samples = (sample for family in families for sample in family.samples)
    wanted = labels.items()
    return sum(one.value for one in samples if one.name == name and wanted <= one.labels.items())


def failing(api: httpx.Client) -> set[str]:
    ready = api.get("/v1/health/ready")
    assert ready.status_code == 503
    return {part["part"] for part in ready.json()["parts"] if not part["ok"]}


async def test_refuse(start_douane: Start, connect_api: Connect) -> None:
    """Clients get 503 instead of an answer that is recorded nowhere; what they got is all there."""
    douane = await asyncio.to_thread(start_douane, settings("refuse"))
    log, api = Log(douane), connect_api(douane)

    def refused() -> float:
        return metric(api, "douane_icap_refused_total", cause="unrecorded")

    assert refused() == 0
    async with flowing(douane, 1) as seen:
        await until(lambda: seen.answers > 20, "traffic")
        log.take()
        await until(lambda: refused() > 0, "refusals")
        assert await ask(douane, request("http://files.example/one", bad=False)) == 503
        assert failing(api) == PARTS
        state = log.state()
        assert (state.keeping, state.journal_records > 0, state.lost) == (False, True, 0)
        await until(lambda: douane.log.read_text().count("part.failed") == 2, "both alarms")
        log.put_back()
        await until(lambda: log.state().database_writable, "the way back")
        answered = seen.answers
        await until(lambda: seen.answers > answered + 20, "traffic again")
        await until(lambda: len(log.alarms()) == 4, "their ends")
    assert sorted(log.alarms()) == sorted((part, ok) for part in PARTS for ok in (False, True))
    assert await asyncio.to_thread(douane.stop) == 0
    compare(seen, log.url)


MEMBERS, NAME = 64, "\N{PLAYING CARD BACK}" * 60
"""As many and as long as a record keeps: a few hundred of these fill the memory of a front."""


def full_of_names() -> bytes:
    """Return a RESPMOD about a clean archive whose record is large."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        for number in range(MEMBERS):
            made.writestr(f"{number}{NAME}.txt", "x")
    content = archive.getvalue()
    question = b"GET http://files.example/names HTTP/1.1\r\nHost: files.example\r\n\r\n"
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(content)
    head = (
        "RESPMOD icap://127.0.0.1/respmod ICAP/1.0\r\nHost: 127.0.0.1\r\nAllow: 204\r\n"
        f"Encapsulated: req-hdr=0, res-hdr={len(question)}, "
        f"res-body={len(question + answer)}\r\n\r\n"
    ).encode()
    return head + question + answer + b"%x\r\n%b\r\n0\r\n\r\n" % (len(content), content)


async def test_inspect(start_douane: Start, connect_api: Connect) -> None:
    """Traffic goes on; what is in the log and what is said to be lost are all there was."""
    douane = await asyncio.to_thread(start_douane, settings("inspect"))
    log, api = Log(douane), connect_api(douane)
    message, asked = full_of_names(), 0
    assert await ask(douane, message) == 204
    assert metric(api, "douane_ledger_lost_records_total") == 0
    log.take()
    while not metric(api, "douane_ledger_lost_records_total"):
        statuses = await asyncio.gather(*(ask(douane, message) for _ in range(200)))
        asked += len(statuses)
        assert set(statuses) == {204}
    assert failing(api) == PARTS
    log.put_back()
    await until(lambda: log.state().database_writable and not log.state().queued, "the way back")
    lost = log.state().lost
    ready = api.get("/v1/health/ready")
    assert (ready.status_code, f"{lost} records were lost" in ready.text) == (200, True)
    assert await asyncio.to_thread(douane.stop) == 0
    reader = Reader(log.url)
    assert reader.summary(0, 2**53).transfers == 1 + asked - lost
    reader.close()
    assert "ledger.records_lost" in douane.log.read_text()
