"""The whole API over a real socket, in a thread: a month of transfers, rules, and a ledger."""

import asyncio
import socket
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from api.app import create_app
from api.services import Selftest
from api.settings import ApiSettings
from tests.api.conftest import RULES, STATUS, played
from tests.api.pages import scenes
from verdicts.ledger.access.keys import create_key
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.client import LedgerClient
from verdicts.ledger.entry import decode, encode
from verdicts.ledger.event_log.new_events import NewEvent, ask_add_events
from verdicts.ledger.questions import Role
from verdicts.ledger.server import serve
from verdicts.ledger.store import Writer
from verdicts.model import VerdictRecord
from verdicts.record import id_bytes, microseconds
from verdicts.rulesets.records import Status
from verdicts.rulesets.store import Store

HOSTILE = f"0192f3a4-0000-7000-8000-{9999:012x}"
READY_SECONDS = 30
POLICY = """
default = "block"
[[clause]]
name = "malicious"
action = "block"
level = "malicious"
[[clause]]
name = "tricks"
action = "block"
codes = ["disguise.*"]
[[clause]]
name = "encrypted"
action = "block"
reasons = ["encrypted"]
"""


class ServedSite:
    """Use it with `with`; it listens at `url`, and `keys` open it."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="dp-")
        self.folder = Path(self._folder.name)
        self.place = LedgerPlace(
            f"sqlite:///{self.folder}/log.sqlite", self.folder / "ledger.sock", self.folder
        )
        self.keys: dict[Role, str] = {}
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop = asyncio.Event()

    def __enter__(self) -> Self:
        now = datetime.now(UTC)
        records = [*scenes.month(now), scenes.hostile(9999, now - timedelta(seconds=30))]
        ruleset = self._rules()
        self._write([_of(record, ruleset) for record in records])
        self.keys = {role: create_key(self.place, role.value, role, now) for role in Role}
        self._thread.start()
        assert self._ready.wait(READY_SECONDS)
        self._happen(now, ruleset)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(READY_SECONDS)
        self._socket.close()
        self._folder.cleanup()

    def _write(self, records: Sequence[VerdictRecord]) -> None:
        writer = Writer(self.place.url)
        writer.write([decode(id_bytes(one.transfer.id), encode(one)) for one in records])
        writer.close()

    def _rules(self) -> str:
        source = self.folder / "rules"
        for file, text in {**RULES, "policy.toml": POLICY}.items():
            path = source / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("SCORE", "70").replace("Worm_X", "IM_Worm_Choke"))
        store = Store(self.folder / "rulesets")
        one = store.take_in(source, author="ann", note="The first one", origin="upload")
        for status in (Status.CHECKED, Status.ACTIVE):
            store.mark(one.id, status, actor="ann")
        return one.id

    def alarm(self, explanation: str) -> None:
        """Let a part fail now."""
        said: dict[str, object] = {"part": "database", "ok": False, "explanation": explanation}
        now = microseconds(datetime.now(UTC))
        ask_add_events(self.place.socket, [NewEvent(now, "alarm", "", "", said)])

    def _happen(self, now: datetime, ruleset: str) -> None:
        stamp = microseconds(now)
        alarm: dict[str, object] = {
            "part": "front 0: clamav",
            "ok": False,
            "explanation": "connection refused\u202e<img src=x onerror=alert(1)>",
        }
        activated: dict[str, object] = {
            "action": "activated",
            "actor": "ann",
            "why": "<script>alert(1)</script>",
        }
        ask_add_events(
            self.place.socket,
            [
                NewEvent(stamp - 9_000_000, "ruleset", ruleset, "", activated),
                NewEvent(stamp - 5_000_000, "alarm", "", "", alarm),
                NewEvent(stamp - 2_000_000, "alarm", "", "", {**alarm, "ok": True}),
            ],
        )

    async def _serve(self) -> None:
        self._loop, closing = asyncio.get_running_loop(), asyncio.Event()
        up = asyncio.Event()
        ledger = asyncio.create_task(serve(self.place.url, self.place.socket, up.set, self._stop))
        await up.wait()
        client = LedgerClient(self.place.socket, "n0")
        client.start()
        app = create_app(
            ApiSettings(),
            self.place,
            run_directory=self.folder,
            spool_directory=self.folder,
            rulesets=self.folder / "rulesets",
            false_positive_rate=0.1,
            fronts=1,
            tester=Selftest(played, ("squid",)),
            closing=closing,
        )
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on"))
        server.capture_signals = suppress  # type: ignore[assignment, method-assign]
        serving = asyncio.create_task(server.serve(sockets=[self._socket]))
        while not self._stop.is_set():
            client.send_status(STATUS)
            if server.started:
                self._ready.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    await self._stop.wait()
        closing.set()
        server.should_exit = True
        await serving
        await client.stop()
        await ledger


def _of(record: VerdictRecord, ruleset: str) -> VerdictRecord:
    verdict = replace(record.ruling.verdict, ruleset=ruleset)
    return replace(record, ruling=replace(record.ruling, verdict=verdict))
