"""The ledger process: the only writer of the verdict log."""

import asyncio

from douane.processes import start
from scanners.secret import read_secret
from verdicts.ledger.age.chores import Chores
from verdicts.ledger.age.pseudonyms import PRIVACY_KEY_FILE
from verdicts.ledger.server import serve


def main() -> None:
    arguments = start.parser("ledger").parse_args()
    settings = start.read_settings(arguments.settings_fd)
    secret = read_secret(settings.state.directory / PRIVACY_KEY_FILE)
    chores = Chores(settings.retention, settings.privacy, secret)

    async def run(stop: asyncio.Event) -> None:
        await serve(
            settings.database.url,
            settings.ledger_socket,
            lambda: start.say_ready(arguments.ready_fd),
            stop,
            settings.events,
            state=settings.state.directory,
            journal_bytes=settings.database.journal_bytes,
            linger_seconds=settings.icap.stop_seconds,
            chores=chores,
        )

    start.run("ledger", arguments.supervisor_pid, run)


if __name__ == "__main__":
    main()
