"""docs/analysts.md, played word by word against a service of its own."""

import os
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.servers.douane import Douane, Value
from tests.docs.page import Command, File, agrees, read_page
from tests.docs.shell import Shell

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "analysts.md"
STATED = "127.0.0.1:8080"
"""Where the page says that the REST API is; the test has it elsewhere."""
SOON_SECONDS = 60
PAUSE_SECONDS = 0.3
SETTINGS = "douane.toml"
NOW_AND_THEN = "something else is being changed; this waits for its turn\n"
"""Said by a busy service."""
Tables = dict[str, dict[str, Value]]


@pytest.fixture
def clone() -> Iterator[Path]:
    """A folder that looks to the page as a clone does, with rules that may be changed."""
    folder = Path(tempfile.mkdtemp(prefix="douane-"))
    shutil.copytree(ROOT / "rules", folder / "rules")
    (folder / ".venv").symlink_to(Path(sys.prefix))
    (folder / "var").symlink_to("state")
    (folder / "honest").symlink_to(ROOT / "docs")  # honest, and fewer than the machine has
    yield folder
    shutil.rmtree(folder)


class Reader:
    """Does what the page says."""

    def __init__(self, folder: Path, shell: Shell) -> None:
        self._folder = folder
        self._shell = shell
        self._tables: Tables = {"rules": {"directory": "rules", "honest_files": ["honest"]}}
        self._douane = Douane(folder, self._tables)
        self._douane.start()

    def close(self) -> None:
        self._douane.stop()

    def follow(self, step: Command | File) -> None:
        if isinstance(step, Command):
            self._run(step)
        elif step.path == SETTINGS:
            for table, keys in tomllib.loads(step.text).items():
                self._tables[table] = {**self._tables.get(table, {}), **keys}
            self._douane.stop()
            self._douane = Douane(self._folder, self._tables)
            self._douane.start()
        else:
            (self._folder / step.path).write_text(step.text)

    def _run(self, command: Command) -> None:
        until = time.monotonic() + (SOON_SECONDS if command.soon else 0)
        text = command.text.replace(f"http://{STATED}", self._douane.api_url)
        while True:
            printed, status = self._shell.run(text)
            printed = printed.replace(NOW_AND_THEN, "")
            right = command.output is None or agrees(command.output, printed)
            if (right and status == command.status) or time.monotonic() > until:
                break
            time.sleep(PAUSE_SECONDS)
        place = f"{PAGE.name}:{command.line}"
        assert status == command.status, f"{place} ended with {status}:\n{printed}"
        assert right, f"{place} shows\n{command.output}\nand what is printed is\n{printed}"


@pytest.mark.server
@pytest.mark.timeout(600)
def test_every_command_does_what_the_page_says(clone: Path) -> None:
    steps = read_page(PAGE)
    assert len([step for step in steps if isinstance(step, Command)]) > 20
    environment = {**os.environ, "DOUANE_CONFIG": str(clone / SETTINGS)}
    with Shell(clone, environment) as shell:
        reader = Reader(clone, shell)
        try:
            for step in steps:
                reader.follow(step)
        finally:
            reader.close()
