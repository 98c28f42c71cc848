"""What every child process does first: settings, log, signals, and the word that it is ready.

A child gets descriptors from the supervisor by number on its command line: the effective settings
as JSON, a pipe on which it says "ready" once, and whatever its own part needs.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import structlog
import uvloop

from douane.child import READY
from douane.descriptors import raise_descriptor_limit
from douane.log import configure_logging
from douane.settings import Settings
from scanners.worker import kernel
from scanners.worker.pool import ZygoteFailed
from verdicts.rule_file import RuleFileError

log = structlog.get_logger()

MAX_SETTINGS = 1024 * 1024
DESCRIPTORS = 4096
"""Enough for the ledger and the API, which hold a few for each front and client."""


def parser(process: str) -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog=f"douane {process}")
    arguments.add_argument("--settings-fd", type=int, required=True)
    arguments.add_argument("--supervisor-pid", type=int, required=True)
    arguments.add_argument("--ready-fd", type=int, required=True)
    return arguments


def read_settings(descriptor: int) -> Settings:
    return Settings.model_validate_json(os.pread(descriptor, MAX_SETTINGS, 0))


def say_ready(descriptor: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # the supervisor stops us while we start
        os.write(descriptor, READY)
    os.close(descriptor)


def end_with(supervisor_pid: int) -> None:
    """Ask the kernel to stop us when the supervisor dies, however it dies."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor_pid:  # it died before; in a container it may well be process 1
        sys.exit("the supervisor is gone")


def run(
    process: str,
    supervisor_pid: int,
    serve: Callable[[asyncio.Event], Awaitable[None]],
    *,
    descriptors: int = DESCRIPTORS,
) -> None:
    """Run `serve` until it returns; its event is set when the process has to stop.

    SIGINT is the supervisor's to handle: a terminal sends it to the whole process group.
    Exits with 2 if an analyst's file is wrong, and says which line.
    """
    configure_logging(process)
    end_with(supervisor_pid)
    raise_descriptor_limit(descriptors)
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    async def main() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await serve(stop)

    try:
        uvloop.run(main())
    except (RuleFileError, ZygoteFailed) as error:
        log.error("process.cannot_start", reason=str(error))
        sys.exit(2)
