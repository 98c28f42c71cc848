"""The front process: ICAP on one side, the engines and the ledger on the other."""

import asyncio
import contextlib
import gc
import os
import socket
from dataclasses import dataclass
from pathlib import Path

import structlog

from douane.descriptors import needed_descriptors
from douane.processes import start
from douane.processes.duty import Answer, Carry, DutySocket, duty_socket
from douane.processes.roster import Crew, Roster, build_crew
from douane.processes.shadow_seat import ShadowSeat
from douane.settings import Settings
from icap_server.block_page import BlockPage
from icap_server.entrance import Entrance
from icap_server.front import Front
from icap_server.istag import Board
from icap_server.office import Office
from icap_server.profiles import Profiles
from icap_server.tally import Tally
from icap_server.tls import make_context
from scanners.clamav.engine import Clamav
from verdicts.cache import VerdictCache
from verdicts.inspect import Inspection
from verdicts.kept import KeptSamples
from verdicts.ledger.client import LedgerClient
from verdicts.ledger.event_log.new_events import ask_add_events
from verdicts.ledger.questions import LedgerAway, LedgerFailed
from verdicts.pieces import PieceStore
from verdicts.scan_socket import MAX_AT_ONCE, ScanSocket
from verdicts.spool import SpoolSpace
from verdicts.status import FrontStatus

STATUS_SECONDS = 1.0
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Doors:
    """Where clients come in."""

    plain: socket.socket
    secure: socket.socket | None


class FrontProcess:
    """Builds one front and keeps the ledger informed of its state."""

    def __init__(
        self, settings: Settings, index: int, clamav_socket: str, board: Board, tally: Tally
    ) -> None:
        self._index = index
        self._board = board
        self._clamav = Clamav(settings.clamav, clamav_socket)
        self._ledger_socket = settings.ledger_socket
        self._ledger = LedgerClient(
            settings.ledger_socket,
            f"front-{index}",
            refuse=settings.database.unrecorded == "refuse",
        )
        # resolved: the place is a link that points elsewhere once another rule set takes over
        crew = build_crew(settings, settings.rules.directory.resolve(), self._clamav)
        cache = VerdictCache(settings.cache.verdicts)
        inspection = Inspection(crew.shift, cache, self._ledger, board.epoch)
        self._cache = cache
        space = SpoolSpace(
            settings.spool_directory,
            settings.spool.memory_bytes,
            settings.spool.memory_total,
            settings.spool.disk_total,
            settings.icap.client_share,
        )
        office = Office(
            settings.icap,
            inspection,
            crew.channels,
            space,
            settings.limits.file_bytes,
            board.istag,
            BlockPage(settings.block_page),
            lambda: self._ledger.refuses,
            _piece_store(settings) if settings.icap.join_ranges else None,
        )

        def change(crew: Crew) -> None:
            inspection.take_over(crew.shift)
            office.channels = crew.channels

        self._roster = Roster(settings, self._clamav, crew, change)
        self._kept = _kept_samples(settings)
        if settings.lookback.kept_bytes:
            inspection.bystanders.append(self._kept)
        self._stages = inspection.stages
        self._seat = ShadowSeat(settings, self._clamav, inspection)
        self._duty = DutySocket(duty_socket(settings.run_directory, index), self._orders())
        entrance = Entrance.build(
            settings.icap,
            settings.access,
            tally=tally,
            profiles=Profiles(settings.client, settings.icap.redirect_url),
            workers=settings.workers.count,
            queue=settings.workers.queue,
            others=MAX_AT_ONCE,
        )
        self._front = Front(office, entrance)
        self._context = make_context(settings.icaps) if settings.icaps.listen else None
        self._scans = ScanSocket(
            settings.run_directory / f"front-{index}.sock",
            inspection,
            SpoolSpace(settings.spool_directory, 0, 0, settings.spool.disk_total),
            settings.limits.file_bytes,
        )

    async def serve(self, doors: Doors, ready_fd: int, stop: asyncio.Event) -> None:
        self._ledger.start()
        self._clamav.start()
        await self._roster.on_duty.shift.pool.start()
        await self._duty.start()
        await self._scans.start()
        gc.collect()
        gc.freeze()  # what lives as long as we do: to look through it takes 70 ms, each time
        await self._front.start(doors.plain, doors.secure, self._context)
        telling = asyncio.create_task(self._tell_status())
        start.say_ready(ready_fd)
        await stop.wait()
        await asyncio.gather(self._front.stop(), self._scans.stop())
        telling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await telling
        await self._duty.stop()
        await self._seat.end()
        await self._roster.stop()
        await asyncio.to_thread(self._kept.close)
        await self._clamav.stop()
        await self._ledger.stop()

    def _orders(self) -> dict[str, Carry]:
        roster = self._roster

        async def prepare(folder: str, ruleset: str) -> Answer:
            await roster.prepare(Path(folder), ruleset)
            return {"ready": ruleset}

        async def take_over(ruleset: str) -> Answer:
            roster.take_over(ruleset)
            return {"on_duty": ruleset}

        async def discard() -> Answer:
            await roster.discard()
            return {}

        async def settle(seconds: float) -> Answer:
            return {"busy": await roster.settle(seconds)}

        async def state() -> Answer:
            return {"on_duty": roster.on_duty.shift.ruleset}

        async def shadow(folder: str, ruleset: str, clamav_socket: str) -> Answer:
            await self._seat.begin(Path(folder), ruleset, clamav_socket)
            return {"shadow": ruleset}

        async def end_shadow() -> Answer:
            await self._seat.end()
            return {}

        return {
            "prepare": prepare,
            "take_over": take_over,
            "discard": discard,
            "settle": settle,
            "state": state,
            "shadow": shadow,
            "end_shadow": end_shadow,
        }

    async def _tell_status(self) -> None:
        while True:
            self._ledger.send_status(self._status())
            await self._tell_differences()
            await asyncio.sleep(STATUS_SECONDS)

    async def _tell_differences(self) -> None:
        """Hand on what the staged rule set would have ruled otherwise."""
        if events := self._seat.fetch():
            try:
                await asyncio.to_thread(ask_add_events, self._ledger_socket, events)
            except (LedgerAway, LedgerFailed, ValueError) as error:
                log.warning("shadow.events_lost", events=len(events), reason=str(error))

    def _status(self) -> FrontStatus:
        shift, clamav = self._roster.on_duty.shift, self._clamav.state
        pool = shift.pool.status()
        return FrontStatus(
            front=self._index,
            pid=os.getpid(),
            clamav=clamav.status,
            clamav_version=clamav.version,
            clamav_transport=clamav.transport,
            clamav_fault=clamav.fault,
            workers=pool.alive,
            workers_wanted=pool.wanted,
            sandbox_missing=pool.missing,
            ruleset=shift.ruleset,
            istag=self._board.istag(),
            connections=self._front.connections,
            queue=pool.queue,
            spool_bytes=self._front.space.used,
            requests=dict(self._front.requests),
            cache_hits=self._cache.hits,
            cache_misses=self._cache.misses,
            worker_restarts=pool.restarts,
            waiting=self._front.waiting,
            refused=dict(self._front.refused),
            shadow=self._seat.status,
            records_lost=self._ledger.lost,
            stages=self._stages.counts(),
        )


def _piece_store(settings: Settings) -> PieceStore:
    return PieceStore(
        settings.pieces_directory, settings.limits.file_bytes, settings.spool.pieces_total
    )


def _kept_samples(settings: Settings) -> KeptSamples:
    terms = settings.lookback
    return KeptSamples(settings.kept_directory, terms.kept_bytes, terms.keep_file_bytes, terms.days)


def main() -> None:
    parser = start.parser("front")
    parser.add_argument("--index", type=int, required=True)
    parser.add_argument("--listen-fd", type=int, required=True)
    parser.add_argument("--secure-fd", type=int, help="listener of the TLS port")
    parser.add_argument("--board-fd", type=int, required=True)
    parser.add_argument("--tally-fd", type=int, required=True)
    parser.add_argument("--clamav-socket", required=True)
    arguments = parser.parse_args()
    settings = start.read_settings(arguments.settings_fd)
    Path(settings.spool_directory).mkdir(mode=0o700, exist_ok=True)

    async def run(stop: asyncio.Event) -> None:
        process = FrontProcess(
            settings,
            arguments.index,
            arguments.clamav_socket,
            Board(arguments.board_fd),
            Tally(arguments.tally_fd, arguments.index),
        )
        secure = arguments.secure_fd
        doors = Doors(
            socket.socket(fileno=arguments.listen_fd),
            None if secure is None else socket.socket(fileno=secure),
        )
        await process.serve(doors, arguments.ready_fd, stop)

    start.run(
        f"front-{arguments.index}",
        arguments.supervisor_pid,
        run,
        descriptors=needed_descriptors(settings),
    )


if __name__ == "__main__":
    main()
