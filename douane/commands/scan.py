"""douane scan: inspect files as the ICAP service would, and say what was found."""

import argparse
import asyncio
import contextlib
import errno
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from douane.commands.parsers import Commands
from douane.explain import explain, one_line, printable
from douane.offline import offline_inspection
from douane.settings import Settings
from douane.settings_file import load_settings
from douane.state import is_served
from verdicts.record import as_row
from verdicts.scan_socket import (
    NoFrontAnswers,
    ScanRefused,
    ScanRequest,
    scan_transfer,
    submit,
)
from verdicts.spool import SpoolSpace, spool_file

CLEAN, BLOCKED, FAILED = 0, 1, 2
Row = dict[str, object]
EXAMPLES = """\
examples:
  douane scan invoice.pdf
  douane scan --explain --name photo.jpg upload.bin
  douane scan --json *.zip

exit status: 0 all allowed, 1 at least one blocked or held, 2 at least one could not be scanned
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "scan",
        parents=[common],
        help="inspect files and say what was found",
        description="Inspect files: through the running service if there is one, else offline.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    command.add_argument("--name", help="judge it under this name instead of its own")
    command.add_argument("--declared-type", default="", help="media type that the sender declared")
    command.add_argument("--offline", action="store_true", help="do not use a running service")
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON object a line, as the API")
    shape.add_argument("--explain", action="store_true", help="everything that led to the ruling")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    show = json.dumps if arguments.json else explain if arguments.explain else one_line
    if not arguments.offline and is_served(settings):
        return max(_scan_online(path, arguments, settings, show) for path in arguments.paths)
    return asyncio.run(_scan_offline(arguments, settings, show))


def _scan_online(
    path: Path, arguments: argparse.Namespace, settings: Settings, show: Callable[[Row], str]
) -> int:
    request = _request(path, arguments)
    try:
        with _opened(path) as descriptor:
            timeout = settings.limits.scan_seconds * 3
            row = submit(settings.run_directory, descriptor, request, timeout)
    except (NoFrontAnswers, ScanRefused) as error:
        return _complain(path, str(error))
    except OSError as error:
        return _complain(path, error.strerror or "cannot be read")
    return _tell(path, row, show)


async def _scan_offline(
    arguments: argparse.Namespace, settings: Settings, show: Callable[[Row], str]
) -> int:
    worst = CLEAN
    space = SpoolSpace(Path("/"), 2**40, 2**40, 0)  # memory only, never a file
    async with offline_inspection(settings) as inspection:
        for path in arguments.paths:
            try:
                with _opened(path) as descriptor:
                    spool = spool_file(descriptor, space, settings.limits.file_bytes)
            except OSError as error:
                worst = max(worst, _complain(path, error.strerror or "cannot be read"))
                continue
            if spool is None:
                worst = max(worst, _complain(path, "larger than [limits] file_bytes"))
                continue
            record = await inspection.inspect(scan_transfer(_request(path, arguments)), spool)
            spool.close()
            worst = max(worst, _tell(path, as_row(record), show))
    return worst


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open for reading, without waiting for a writer if it is a pipe: that is refused later."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; name the files in it, as FOLDER/*")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _request(path: Path, arguments: argparse.Namespace) -> ScanRequest:
    return ScanRequest(arguments.name or path.name, arguments.declared_type.lower())


def _tell(path: Path, row: Row, show: Callable[[Row], str]) -> int:
    print(show(row) if show is json.dumps else f"{printable(path)}: {show(row)}", flush=True)
    return CLEAN if row["action"] == "allow" else BLOCKED


def _complain(path: Path, reason: str) -> int:
    print(f"douane: {printable(path)}: {printable(reason)}", file=sys.stderr)
    return FAILED
