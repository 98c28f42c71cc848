"""Shortcuts and settings by content, and ordinary texts that resemble them."""

from collections.abc import Callable

import pytest

from scanners.model import Family, FileType
from scanners.types.shell_files import ShellFiles
from scanners.types.table import TypeTable
from tests.scanners.types import texts

TypeOf = Callable[[bytes], FileType]


@pytest.mark.parametrize("data, name", texts.SHELL_FILES.values(), ids=texts.SHELL_FILES)
def test_shell_files(type_of: TypeOf, data: bytes, name: str) -> None:
    assert type_of(data).name == name


@pytest.mark.parametrize("data, name", texts.NOT_SHELL_FILES.values(), ids=texts.NOT_SHELL_FILES)
def test_near_misses(type_of: TypeOf, data: bytes, name: str) -> None:
    found = type_of(data)
    assert (found.name, found.family) == (name, Family.TEXT)


@pytest.mark.parametrize(
    "data, kind",
    [
        (b"[autorun]\r\nopen=a\r\n", "autorun"),
        (b'[version]\r\nsignature="$windows nt$"\r\n', "setup"),
        (b"web\r\n1\r\nhttp://a\r\n", "web"),
        (b"querytype=oledb\r\n", "database"),
    ],
)
def test_kinds(table: TypeTable, data: bytes, kind: str) -> None:
    found = ShellFiles(table).by_lines(data)
    assert found is not None
    assert found[1] == kind


def test_roots_need_their_elements(table: TypeTable) -> None:
    shell_files = ShellFiles(table)
    assert shell_files.by_root(b"assembly", b"<assembly><deployment/>") == "clickonce"
    assert shell_files.by_root(b"assembly", b"<assembly><deploymentless/>") is None
    assert shell_files.by_root(b"rss", b"<rss/>") is None
