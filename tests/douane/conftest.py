"""What the tests of the shell share: short folders, settings, the command line in this process."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from douane.cli import main
from douane.settings import Settings
from douane.settings_file import ENVIRONMENT, load_settings

Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of the machine, and the log of this process stays as the other tests want it."""
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.setattr("douane.cli.configure_logging", lambda _: None)


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for a Unix socket (107 bytes)."""
    folder = Path(tempfile.mkdtemp(prefix="dd", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def write(short_folder: Path) -> Write:
    """Write douane.toml beside a state of its own; return its path."""

    def write(text: str = "") -> Path:
        path = short_folder / "douane.toml"
        path.write_text(f'{text}\n[state]\ndirectory = "state"\n')
        return path

    return write


@pytest.fixture
def settings(write: Write) -> Settings:
    """Defaults with ephemeral ports, no ClamAV, and a state of the test's own."""
    listen = 'listen = "127.0.0.1:0"'
    text = f'[icap]\n{listen}\n[api]\n{listen}\n[clamav]\nsocket = "off"'
    return load_settings(write(text)).settings


@pytest.fixture
def douane(write: Write) -> Callable[..., int]:
    """douane("scan", "x", toml='[limits]…') runs the command here; returns its exit status."""

    def run(*words: object, toml: str = '[clamav]\nsocket = "off"') -> int:
        return main([*map(str, words), "--config", str(write(toml))])

    return run
