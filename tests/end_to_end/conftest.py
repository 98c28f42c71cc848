"""The real thing around every test here: an origin, Douane with two fronts, and Squid between them.

The session's servers are shared by all tests: publish under a path of your own, count only what is
yours.  A test that breaks something starts its own Douane with `start_douane`.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from bench.servers.daemon import wait_until
from bench.servers.douane import Douane, Value
from bench.servers.origin import Origin
from bench.servers.squid import Squid
from bench.servers.squid import squid as run_squid

Settings = Mapping[str, Mapping[str, Value]]


@pytest.fixture(scope="session")
def origin() -> Iterator[Origin]:
    with Origin() as running:
        yield running


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for Unix sockets, readable by the workers' user."""
    yield from _short_folder()


@pytest.fixture(scope="module")
def module_folder() -> Iterator[Path]:
    yield from _short_folder()


@pytest.fixture(scope="session")
def session_folder() -> Iterator[Path]:
    yield from _short_folder()


def _short_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="douane-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def douane(session_folder: Path) -> Iterator[Douane]:
    """As shipped, with its own clamd.  No test may harm it."""
    with Douane(session_folder) as running:
        yield running


@pytest.fixture(autouse=True)
def print_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Print what Douane logged during the test: pytest shows it if the test fails."""
    if "douane" not in request.fixturenames:
        yield
        return
    douane: Douane = request.getfixturevalue("douane")
    before = douane.log.stat().st_size
    yield
    print(douane.log_end(douane.log.stat().st_size - before))  # noqa: T201


@pytest.fixture
def start_douane(short_folder: Path) -> Iterator[Callable[..., Douane]]:
    """Start a Douane of the test's own, to be broken: `start_douane({"clamav": {"socket": …}})`."""
    with ExitStack() as running:

        def start(settings: Settings | None = None) -> Douane:
            douane = running.enter_context(Douane(short_folder, settings))
            running.callback(lambda: print(douane.log_end()))  # noqa: T201
            return douane

        yield start


@pytest.fixture(scope="session")
def squid(douane: Douane, origin: Origin) -> Iterator[Squid]:
    with run_squid(icap_port=douane.icap_port, origin_port=origin.port) as running:
        yield running


@pytest.fixture
def web(squid: Squid) -> Iterator[httpx.Client]:
    """A user's web client behind the proxy."""
    with httpx.Client(proxy=squid.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def connect_web(origin: Origin) -> Iterator[Callable[[Douane], httpx.Client]]:
    """Put a Squid of its own before a Douane of the test's own; return the client behind it."""
    with ExitStack() as running:

        def connect(douane: Douane) -> httpx.Client:
            proxy = running.enter_context(
                run_squid(icap_port=douane.icap_port, origin_port=origin.port)
            )
            client = httpx.Client(proxy=proxy.url, trust_env=False, timeout=60)
            return running.enter_context(client)

        yield connect


@pytest.fixture
def api(douane: Douane) -> Iterator[httpx.Client]:
    with api_client(douane) as client:
        yield client


@pytest.fixture
def connect_api() -> Iterator[Callable[[Douane], httpx.Client]]:
    with ExitStack() as running:
        yield lambda douane: running.enter_context(api_client(douane))


def api_client(douane: Douane) -> httpx.Client:
    """Return a client with the admin key; paths are relative to the root, "/v1/verdicts"."""
    return httpx.Client(
        base_url=douane.api_url,
        headers={"Authorization": f"Bearer {douane.admin_key}"},
        trust_env=False,
        timeout=30,
    )


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Poll a condition until it holds; fail after 15 s or the seconds given."""

    def poll(condition: Callable[[], bool], seconds: float = 15) -> None:
        wait_until(condition, seconds, "the condition of the test")

    return poll
