"""The courier process: sends events to the configured sinks.  Nothing else needs it."""

import asyncio
import logging

from douane.processes import start
from scanners.worker import kernel
from verdicts.delivery.courier import carry


def main() -> None:
    arguments = start.parser("courier").parse_args()
    settings = start.read_settings(arguments.settings_fd)
    kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs URLs, and some hold a secret

    async def run(stop: asyncio.Event) -> None:
        await carry(
            settings.sinks,
            settings.database.url,
            settings.ledger_socket,
            lambda: start.say_ready(arguments.ready_fd),
            stop,
        )

    start.run("courier", arguments.supervisor_pid, run)


if __name__ == "__main__":
    main()
