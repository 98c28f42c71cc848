"""The peer written in Python: starts `pyicap_server` in a process of its own."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.servers.daemon import Daemon

REPOSITORY = Path(__file__).parents[2]
PRINTED_PORT = re.compile(rb"^port (\d+)$", re.MULTILINE)


@contextmanager
def pyicap(folder: Path) -> Iterator[int]:
    """Serve `echo`; yield the port."""
    log = folder / "pyicap.log"
    script = REPOSITORY / "bench/servers/pyicap_server.py"
    with Daemon("pyicap", [sys.executable, script], log, lambda: bool(printed_port(log))):
        yield printed_port(log)


def printed_port(log: Path) -> int:
    """Return the last port that the server printed, 0 before it did."""
    ports = PRINTED_PORT.findall(log.read_bytes())
    return int(ports[-1]) if ports else 0
