"""Settings of the door: shipped values that clients depend on, and bounds."""

import os

import pytest
from pydantic import ValidationError

from icap_server.settings import (
    MOST_FRONTS,
    AccessSettings,
    IcapSettings,
    IcapsSettings,
    SpoolSettings,
)
from icap_server.tally import Tally


def test_shipped_values() -> None:
    settings = IcapSettings()
    assert settings.listen == "127.0.0.1:1344"
    assert settings.head_seconds < settings.idle_seconds
    assert settings.progress_seconds < settings.receive_seconds
    assert settings.idle_seconds > 60, "Squid keeps an idle connection for a minute"
    assert settings.options_ttl_seconds > 60, "a clock that is a minute off must not matter"
    assert settings.stop_seconds > 30, "the scan deadline"
    assert not settings.echo
    assert settings.wait_seconds < 60, "clients of a minute's patience still get an answer"


def test_shipped_values_are_safe() -> None:
    assert not IcapsSettings().listen
    assert not AccessSettings().basic_users
    assert "any" not in AccessSettings().clients


def test_one_front_a_processor_unless_told() -> None:
    assert IcapSettings().front_count == len(os.sched_getaffinity(0))
    assert IcapSettings(fronts=3).front_count == 3


def test_a_machine_of_many_processors_has_as_many_fronts_as_can_be_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(96)))
    os.close(Tally.create(IcapSettings().front_count))
    assert IcapSettings().front_count == MOST_FRONTS


@pytest.mark.parametrize(
    "values",
    [
        {"max_connections": 0},
        {"client_share": 0},
        {"client_share": 1.1},
        {"inspections": -1},
        {"waiting": 0},
        {"wait_seconds": 0},
        {"preview_bytes": -1},
        {"preview_bytes": 64 * 1024 + 1},
        {"options_ttl_seconds": 0},
        {"head_seconds": 0},
        {"idle_seconds": 0},
        {"progress_seconds": 0},
        {"receive_seconds": -1},
        {"fronts": 65},
        {"port": 1344},
    ],
)
def test_refused(values: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        IcapSettings.model_validate(values)


def test_spool_settings_are_bounded_below() -> None:
    assert SpoolSettings().memory_bytes < SpoolSettings().memory_total
    with pytest.raises(ValidationError):
        SpoolSettings(disk_total=-1)
