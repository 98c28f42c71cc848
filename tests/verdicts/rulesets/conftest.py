"""Small rule sets for the tests of their store."""

from collections.abc import Callable
from pathlib import Path

import pytest

MakeSet = Callable[..., Path]


def rule(name: str, text: str = "one") -> str:
    return f'rule {name} {{ strings: $a = "{text}" condition: $a }}\n'


def write_set(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def make_set(tmp_path: Path) -> MakeSet:
    """make_set("name", **{"policy.toml": "…"}) writes a folder with a policy and these files."""

    def make(name: str = "rules", files: dict[str, str] | None = None) -> Path:
        return write_set(tmp_path / name, {"policy.toml": f"# {name}\n"} | (files or {}))

    return make
