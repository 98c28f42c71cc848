"""Descriptors: as many as a front may need, and a word when they are not to be had."""

import subprocess
import sys

import pytest

from douane.descriptors import needed_descriptors, shortage
from douane.settings import Settings
from icap_server.settings import IcapSettings
from scanners.settings import WorkerSettings

RAISE = """
import resource, sys
from douane.descriptors import raise_descriptor_limit
soft, hard, needed = map(int, sys.argv[1:])
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(raise_descriptor_limit(needed), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def with_connections(count: int) -> Settings:
    return Settings(icap=IcapSettings(max_connections=count))


def test_each_connection_needs_one_for_itself_and_one_for_its_body() -> None:
    assert needed_descriptors(with_connections(5000)) - needed_descriptors(
        with_connections(1000)
    ) == 2 * (5000 - 1000)


def test_each_turn_needs_one_for_the_body_and_some_for_what_is_in_it() -> None:
    workers = WorkerSettings(count=2, queue=500)
    few, many = (
        needed_descriptors(Settings(workers=workers, icap=IcapSettings(inspections=turns)))
        for turns in (10, 110)
    )
    assert many - few == 100 * (1 + 64)
    capped = Settings(workers=workers, icap=IcapSettings(inspections=1000))
    uncapped = Settings(workers=workers, icap=IcapSettings(inspections=500 - 8))
    assert needed_descriptors(capped) == needed_descriptors(uncapped)
    one, two = (Settings(workers=WorkerSettings(count=count)) for count in (1, 2))
    assert needed_descriptors(two) - needed_descriptors(one) == 1 + 2 * (1 + 64)


@pytest.mark.parametrize(
    "soft, hard, needed, reached",
    [(1024, 4096, 3000, 3000), (1024, 2048, 3000, 2048), (2000, 4096, 1000, 2000)],
)
def test_the_soft_limit_rises_as_needed(soft: int, hard: int, needed: int, reached: int) -> None:
    words = [sys.executable, "-c", RAISE, *map(str, (soft, hard, needed))]
    told = subprocess.run(words, capture_output=True, check=True, text=True).stdout.split()
    assert told == [str(reached), str(reached), str(hard)]


def test_too_few_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 4096))
    assert shortage(with_connections(1000)) == ""
    needed = needed_descriptors(with_connections(5000))
    text = shortage(with_connections(5000))
    assert f"LimitNOFILE={needed}" in text
    assert "max_connections = 5000" in text
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, -1))
    assert shortage(with_connections(5000)) == "", "no limit at all"
