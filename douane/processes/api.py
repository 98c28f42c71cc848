"""The API process: REST over the verdict log.  The ICAP fronts do not need it."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn

from api.app import create_app
from api.services import Selftest
from api.serving import calm_collector, configuration
from douane.ledger_place import ledger_place
from douane.processes import start
from douane.selftest.play import known_profiles, play, service_address


class _Server(uvicorn.Server):
    """uvicorn without its signals: the supervisor's SIGTERM is ours to take."""

    def __init__(self, config: uvicorn.Config, say_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._say_ready = say_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            calm_collector()
            self._say_ready()


def main() -> None:
    parser = start.parser("api")
    parser.add_argument("--listen-fd", type=int, required=True)
    arguments = parser.parse_args()
    settings = start.read_settings(arguments.settings_fd)

    def selftest(profiles: tuple[str, ...]) -> list[dict[str, object]]:
        address = service_address(settings.addresses_file)
        return [row.to_json() for row in play(address, profiles)]

    closing = asyncio.Event()
    app = create_app(
        settings.api,
        ledger_place(settings),
        run_directory=settings.run_directory,
        spool_directory=settings.spool_directory,
        rulesets=settings.rulesets_directory,
        false_positive_rate=settings.rules.false_positive_rate,
        fronts=settings.icap.front_count,
        tester=Selftest(selftest, known_profiles()),
        closing=closing,
        oidc=settings.oidc,
        sinks=settings.sink_kinds,
    )

    async def run(stop: asyncio.Event) -> None:
        server = _Server(configuration(app), lambda: start.say_ready(arguments.ready_fd))
        listener = socket.socket(fileno=arguments.listen_fd)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        closing.set()
        server.should_exit = True
        stopping.cancel()
        await serving

    start.run("api", arguments.supervisor_pid, run)


if __name__ == "__main__":
    main()
