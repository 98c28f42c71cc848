"""A ledger and the REST API over it, in a thread of this process, for tests of the client."""

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import uvicorn
from structlog.testing import capture_logs

from api.app import create_app
from api.services import Selftest
from api.settings import ApiSettings
from douane.cli import main
from douane.ledger_place import ledger_place
from douane.settings import Settings
from douane.settings_file import load_settings
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.ledger.access.keys import create_key, ensure_admin_key
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.entry import decode, encode
from verdicts.ledger.questions import Role
from verdicts.ledger.server import serve
from verdicts.ledger.store import Writer
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, VerdictRecord, utc_now
from verdicts.record import id_bytes

NAME = "\u202egpj.exe\x1b[2J"
"""What a stranger calls a file."""
USER = "\x1b]0;x\x07\u202eeve"
CLEAN = Verdict(Level.CLEAN, ruleset="r1", clamav="ClamAV 1.4.6")
WORM = replace(
    CLEAN,
    level=Level.MALICIOUS,
    detections=(
        Detection(Code.SIGNATURE_YARA, "yara", "Worm_X", DetectionLevel.MALICIOUS, ("a",)),
    ),
    unscanned=(Unscanned("clamav", Reason.ENGINE_DOWN),),
)


@dataclass(frozen=True, slots=True)
class RunningApi:
    url: str
    config: Path
    place: LedgerPlace
    keys: dict[Role, str]

    def run(self, *words: object) -> int:
        """Run a command here that finds this service by its settings."""
        return main([*map(str, words), "--config", str(self.config)])

    def write(self, *records: VerdictRecord) -> None:
        """Store as the ledger would."""
        writer = Writer(self.place.url)
        writer.write([decode(id_bytes(one.transfer.id), encode(one)) for one in records])
        writer.close()


def record(number: int) -> VerdictRecord:
    """The higher the number, the older; odd numbers are a worm that was blocked."""
    worm = number % 2 == 1
    action = Action.BLOCK if worm else Action.ALLOW
    transfer = Transfer(
        id=f"0192f3a4-0000-7000-8000-{number:012x}",
        service="respmod",
        direction=Direction.DOWNLOAD,
        received_at=utc_now() - timedelta(minutes=5 + 10 * number),
        url="https://im.example/a",
        channel="telegram",
        client_ip="192.0.2.7",
        user=USER if number == 5 else "ann",
        file_name=NAME if worm else "plain.txt",
    )
    ruling = Ruling(action, "clause", True, action, WORM if worm else CLEAN)
    return VerdictRecord(transfer, ruling, 1000 + number, f"{number:064x}", 1.5, cached=False)


@contextmanager
def running_api(count: int) -> Iterator[RunningApi]:
    """Run with so many records, and say where, as the supervisor would."""
    with tempfile.TemporaryDirectory(prefix="dc-") as folder, capture_logs():
        config = Path(folder) / "douane.toml"
        config.write_text('[state]\ndirectory = "state"\n[clamav]\nsocket = "off"\n')
        with _running(load_settings(config).settings, config) as running:
            running.write(*map(record, range(count)))
            yield running


@contextmanager
def _running(settings: Settings, config: Path) -> Iterator[RunningApi]:
    settings.run_directory.mkdir(parents=True)
    place = ledger_place(settings)
    ensure_admin_key(place, utc_now())
    keys = {role: create_key(place, role.value, role, utc_now()) for role in Role}
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    running = RunningApi(f"http://{address}", config, place, keys)
    settings.addresses_file.write_text(json.dumps({"api": address}))
    parts = _Parts(settings, place, listener)
    thread = threading.Thread(target=parts.run)
    thread.start()
    try:
        assert parts.ready.wait(30)
        yield running
    finally:
        parts.stop()
        thread.join(30)
        listener.close()


class _Parts:
    def __init__(self, settings: Settings, place: LedgerPlace, listener: socket.socket) -> None:
        self.ready = threading.Event()
        self._settings, self._place, self._listener = settings, place, listener
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()

    def run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self) -> None:
        written = asyncio.Event()
        ledger = asyncio.create_task(
            serve(self._place.url, self._place.socket, written.set, self._stop)
        )
        await written.wait()
        folder = self._settings.run_directory
        app = create_app(
            ApiSettings(),
            self._place,
            run_directory=folder,
            spool_directory=folder,
            rulesets=folder / "rulesets",
            false_positive_rate=0.1,
            fronts=1,
            tester=Selftest(lambda _: [], ()),
            closing=asyncio.Event(),
        )
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        api = asyncio.create_task(server.serve(sockets=[self._listener]))
        while not server.started:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        self.ready.set()
        await self._stop.wait()
        server.should_exit = True
        await asyncio.gather(api, ledger)
