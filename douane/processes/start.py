"""What every child process does first: settings, log, signals, and the word that it is ready.

A child gets descriptors from the supervisor by number on its command line: the effective settings
as JSON, a pipe on which it says "ready" once, and whatever its own part needs.
"""

import argparse
import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable

import uvloop

from douane.log import configure_logging
from douane.settings import Settings

PR_SET_PDEATHSIG = 1
MAX_SETTINGS = 1024 * 1024


def parser(process: str) -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog=f"douane {process}")
    arguments.add_argument("--settings-fd", type=int, required=True)
    arguments.add_argument("--ready-fd", type=int, required=True)
    return arguments


def read_settings(descriptor: int) -> Settings:
    return Settings.model_validate_json(os.pread(descriptor, MAX_SETTINGS, 0))


def say_ready(descriptor: int) -> None:
    os.write(descriptor, b"ready\n")
    os.close(descriptor)


def end_with_parent() -> None:
    """Ask the kernel to stop us when the supervisor dies, however it dies."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() == 1:
        sys.exit("the supervisor is gone")


def run(process: str, serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `serve` until it returns; its event is set when the process has to stop.

    SIGINT is the supervisor's to handle: a terminal sends it to the whole process group.
    """
    configure_logging(process)
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    async def main() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await serve(stop)

    uvloop.run(main())
