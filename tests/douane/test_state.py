"""The state directory: private, and for one service at a time."""

import os

import pytest

from douane.settings import Settings
from douane.state import StateInUse, lock_state, make_state


def test_folders_are_private(settings: Settings) -> None:
    make_state(settings)
    make_state(settings)
    inside = (settings.run_directory, settings.spool_directory, settings.pieces_directory)
    folders = (settings.state.directory, *inside)
    assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700] * 4


def test_two_services_on_one_state_are_refused(settings: Settings) -> None:
    first = lock_state(settings)
    with pytest.raises(StateInUse, match="another `douane serve` uses"):
        lock_state(settings)
    os.close(first)
    os.close(lock_state(settings))


def test_pieces_of_the_last_run_are_forgotten(settings: Settings) -> None:
    make_state(settings)
    left = settings.pieces_directory / "0"
    left.write_bytes(b"half a file")
    os.close(lock_state(settings))
    assert not left.exists()
