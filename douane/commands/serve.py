"""douane serve: run the whole service in the foreground."""

import argparse
import asyncio
import contextlib

from douane.commands.parsers import Commands
from douane.settings_file import load_settings
from douane.supervisor import Supervisor

EXAMPLES = """\
examples:
  douane serve
  douane serve --config /etc/douane/douane.toml
  DOUANE_LOG=debug douane serve
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "serve",
        parents=[common],
        help="run the service in the foreground; Ctrl-C ends it",
        description="Start clamd (unless one is configured), ledger, ICAP fronts and REST API.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    asyncio.run(Supervisor(load_settings(arguments.config).settings, say).run())
    return 0


def say(line: str) -> None:
    with contextlib.suppress(OSError):  # a full disk under the output must not end the service
        print(line, flush=True)
