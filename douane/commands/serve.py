"""douane serve: run the whole service in the foreground."""

import argparse
import asyncio
import sys

from douane.child import NotReady
from douane.log import configure_logging
from douane.settings_file import load_settings
from douane.supervisor import Supervisor

Commands = argparse._SubParsersAction  # argparse gives its own type no public name


def add(
    commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser
) -> None:
    command = commands.add_parser(
        "serve",
        parents=[common],
        help="run the service in the foreground; Ctrl-C ends it",
        description="Start clamd (unless one is configured), ledger, ICAP fronts and REST API.",
    )
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    configure_logging("supervisor")
    try:
        asyncio.run(Supervisor(settings, say).run())
    except NotReady as error:
        print(f"douane: {error}", file=sys.stderr)
        return 2
    return 0


def say(line: str) -> None:
    print(line, flush=True)
