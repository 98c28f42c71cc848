"""Fixtures that several folders of tests share."""

import gc
import os
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, settings

from bench.servers.postgresql import Postgresql

OPEN = Path("/proc/self/fd")


def pytest_configure() -> None:
    """Collect tests without the collector of garbage; log without what rich makes of a traceback,
    with all locals: a second each.  No property has to be quick: machines pause.
    """
    settings.register_profile(
        "patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("patient")
    gc.disable()
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])


def pytest_collection_finish() -> None:
    """Leave what lives to the end out of the collector's sight: to look through twenty thousand
    tests takes half a second, each time, and many a test has it look twice.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """One server for all tests; whoever wants to harm one starts another."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short enough for a Unix socket
    with Postgresql(folder) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def shared_database(postgresql: Postgresql) -> str:
    return postgresql.create_database()


@pytest.fixture
def postgresql_url(postgresql: Postgresql, shared_database: str) -> Iterator[str]:
    """A database without rows, for tests marked server.  Nothing of a test is left in it."""
    yield shared_database
    postgresql.reset_database(shared_database)


@pytest.fixture
def open_descriptors() -> Callable[[], Counter[str]]:
    """What this process holds open, by target: `after - before` is what a test has left open.

    Not `==`: what an earlier test left to the garbage collector may go in the middle of this one.
    What servers that were there before accept in the meantime is not counted: their clients
    come and go.
    """
    servers = {_place(each) for each in _descriptors() if _listens(each)}

    def count() -> Counter[str]:
        gc.collect()
        targets = {each: _target(each) for each in _descriptors()}
        mine = (
            target
            for each, target in targets.items()
            if target and not (target == "socket" and _place(each) in servers)
        )
        return Counter(mine)

    return count


def _descriptors() -> list[int]:
    return [int(name) for name in os.listdir(OPEN)]


def _target(descriptor: int) -> str:
    """Return what is open, empty if it is closed by now, as that of the listing itself."""
    with suppress(OSError):
        return os.readlink(OPEN / str(descriptor)).split(":")[0]
    return ""


def _listens(descriptor: int) -> bool:
    with suppress(OSError):
        if _target(descriptor) == "socket":
            with socket.socket(fileno=os.dup(descriptor)) as copy:
                return bool(copy.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    return False


def _place(descriptor: int) -> object:
    """Return the path or port that a socket has here, shared by all that a server accepts."""
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as copy:
        address = copy.getsockname()
        return address[1] if isinstance(address, tuple) else address
    return None
