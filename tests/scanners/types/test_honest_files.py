"""Ordinary files of this machine: no text of people is taken for a program."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanners.model import Family, FileType

TypeOf = Callable[[bytes], FileType]

SHARE = Path("/usr/share")
HARMLESS = {
    ".txt", ".md", ".rst", ".css", ".html", ".htm", ".xml", ".svg", ".json", ".yaml", ".yml",
    ".csv", ".c", ".h", ".hpp", ".cmake", ".m4", ".conf", ".cfg", ".ini", ".tex", ".log", ".po",
    ".dtd", ".xsl", ".png", ".gif", ".jpg", ".ttf", ".mo", ".gz", ".vim", ".lua", ".sql", ".el",
}  # fmt: skip
"""Extensions of files that no system runs on its own."""
FOLDERS = "doc vim cmake-3.25 mime xml icons fonts perl locale common-licenses".split()
FILES, SECONDS = 150, 0.5
"""For each folder; the whole takes some seconds at most."""


def _ordinary(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.suffix in HARMLESS and path.is_file() and not path.is_symlink():
            yield path


@pytest.mark.parametrize("folder", FOLDERS)
def test_ordinary_files_are_no_programs(type_of: TypeOf, folder: str) -> None:
    start, wrong = time.monotonic(), []
    for path in itertools.islice(_ordinary(SHARE / folder), FILES):
        data = path.read_bytes()
        found = type_of(data)
        if found.family is Family.PROGRAM and not data.lstrip().startswith(b"#!"):
            wrong.append((path, found.name, found.kind))
        if time.monotonic() - start > SECONDS:
            break
    assert not wrong


def test_sources_of_the_standard_library_are_python(type_of: TypeOf) -> None:
    """The other side: of real modules, most are told."""
    modules = sorted(Path(json.__file__).parent.parent.glob("[a-c]*.py"))
    found = [type_of(path.read_bytes()).kind for path in modules]
    assert found
    assert found.count("python") * 2 > len(found)
