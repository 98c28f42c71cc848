"""The ledger process: the only writer of the verdict log."""

import asyncio

from douane.processes import start
from verdicts.ledger.server import serve


def main() -> None:
    arguments = start.parser("ledger").parse_args()
    settings = start.read_settings(arguments.settings_fd)

    async def run(stop: asyncio.Event) -> None:
        await serve(
            settings.database.url,
            settings.ledger_socket,
            lambda: start.say_ready(arguments.ready_fd),
            stop,
            settings.events,
            state=settings.state.directory,
        )

    start.run("ledger", arguments.supervisor_pid, run)


if __name__ == "__main__":
    main()
