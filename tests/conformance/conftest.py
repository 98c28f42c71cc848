"""Who is tested: a Douane started here, or with --icap-target any ICAP server.

A test that needs settings of its own, or a look behind the socket, asks for one of our servers and
is skipped ("not shown") where a foreign one is tested.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import trustme

from bench.servers.douane import Douane
from tests.conformance.scripted_clamd import ScriptedClamd
from tests.conformance.servers import (
    FORBIDDEN_SITE,
    HURRIED,
    PLAIN,
    RULES,
    SCAN_SECONDS,
    STRICT,
    Settings,
    icaps_settings,
    target_of,
)
from tests.conformance.targets import Target, find_target

Start = Callable[..., Douane]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--icap-target",
        default="",
        metavar="URL",
        help="test the server at icap://host:port/service instead of one of our own",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.server)


@pytest.fixture(scope="session")
def foreign(pytestconfig: pytest.Config) -> str:
    """URL of the foreign server; empty: we test our own."""
    return str(pytestconfig.getoption("icap_target", ""))


@pytest.fixture(scope="session")
def started(foreign: str) -> Iterator[Start]:
    """Start a Douane that lives as long as the session, each in a folder of its own."""
    with ExitStack() as running:

        def start(settings: Settings) -> Douane:
            if foreign:
                pytest.skip("not shown: it takes settings, or a look inside")
            folder = Path(tempfile.mkdtemp(prefix="dcf-"))
            running.callback(shutil.rmtree, folder)
            douane = Douane(folder, settings)
            running.callback(lambda: print(douane.log_end()))  # noqa: T201
            return running.enter_context(douane)

        yield start


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Signs the certificates of servers and of clients."""
    return trustme.CA()


@pytest.fixture(scope="session")
def own(started: Start, authority: trustme.CA) -> Iterator[Douane]:
    """The process behind `target` where that is ours; it speaks TLS on a second port."""
    with tempfile.TemporaryDirectory(prefix="dcf-") as folder:
        yield started({**PLAIN, "icaps": icaps_settings(Path(folder), authority)})


@pytest.fixture(scope="session")
def target(foreign: str, request: pytest.FixtureRequest) -> Target:
    """Who is tested."""
    return find_target(foreign) if foreign else target_of(request.getfixturevalue("own"))


@pytest.fixture(scope="session")
def strict_server(started: Start) -> Iterator[Douane]:
    """Ours, with `[icap] strict = true`, a site that nobody may visit, and no ClamAV."""
    with tempfile.TemporaryDirectory(prefix="dcf-") as name:
        rules = Path(name) / "rules"
        shutil.copytree(RULES, rules)
        policy = rules / "policy.toml"
        text = policy.read_text("utf-8")
        policy.write_text(text.replace("\n[[clause]]\n", FORBIDDEN_SITE, 1))
        yield started({**STRICT, "rules": {"directory": str(rules)}})


@pytest.fixture(scope="session")
def strict(strict_server: Douane) -> Target:
    return target_of(strict_server)


@pytest.fixture(scope="session")
def hurried(started: Start) -> Target:
    """Ours, with short times and low limits."""
    return target_of(started(HURRIED))


@pytest.fixture(scope="session")
def scripted(started: Start, foreign: str) -> Iterator[Target]:
    """Ours, with a clamd that answers what the scanned file asks it to answer."""
    if foreign:
        pytest.skip("not shown: it takes a scanner of our own")
    with ScriptedClamd() as clamd:
        settings = {
            "clamav": {"socket": str(clamd.path)},
            "limits": {"scan_seconds": SCAN_SECONDS},
            "icap": {"fronts": 1},
        }
        yield target_of(started(settings))


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for Unix sockets."""
    folder = Path(tempfile.mkdtemp(prefix="dcf-"))
    yield folder
    shutil.rmtree(folder)
