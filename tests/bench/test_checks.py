"""What checks cost is told for each of them, and for the whole."""

from pathlib import Path

import pytest

from bench.checks import ALL, IDENTIFY, costs, kinds
from bench.ordinary import LARGEST, package_files
from scanners.base import Bench
from scanners.registry import build_bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return build_bench(Path("rules"))


def test_every_check_is_on_the_clock(bench: Bench) -> None:
    _, name, data = next(kinds())
    spent = costs(bench, data, name)
    assert set(spent) == {IDENTIFY, ALL, *(scanner.name for scanner in bench.scanners)}
    assert spent[ALL] >= max(spent[scanner.name] for scanner in bench.scanners)


def test_kinds_are_of_one_size_and_differ() -> None:
    contents = [data for _, _, data in kinds()]
    assert {len(data) for data in contents} == {64 * 1024}
    assert len(set(contents)) == len(contents)


def test_files_of_a_package_are_plain_and_bounded() -> None:
    files = list(package_files("base-files"))
    assert files
    assert all(path.is_file() and 0 < path.stat().st_size <= LARGEST for path in files)
    assert not list(package_files("no-such-package"))
