"""Small rule sets for the tests of their store."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from verdicts.rulesets.store import Store

MakeSet = Callable[..., Path]


@pytest.fixture
def make_set(tmp_path: Path) -> MakeSet:
    """make_set("name", {"yara/a.yar": "…"}) writes a folder with a policy and these files."""

    def make(name: str = "rules", files: dict[str, str] | None = None) -> Path:
        for file, text in ({"policy.toml": f"# {name}\n"} | (files or {})).items():
            path = tmp_path / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / name

    return make


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state" / "rulesets")


@pytest.fixture
def run_directory() -> Iterator[Path]:
    """A folder whose path leaves room for a Unix socket."""
    folder = Path(tempfile.mkdtemp(prefix="dr", dir="/tmp"))
    yield folder
    shutil.rmtree(folder)
