"""douane serve: what keeps it from starting is one line and status 2."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from douane.settings_file import load_settings
from douane.state import lock_state

Douane = Callable[..., int]
EPHEMERAL = '[icap]\nlisten = "127.0.0.1:0"\n[api]\nlisten = "127.0.0.1:0"\n'
RULES = Path(__file__).parents[3] / "rules"


def test_a_state_in_use(
    douane: Douane, write: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    lock = lock_state(load_settings(write(EPHEMERAL)).settings)
    assert douane("serve", toml=EPHEMERAL) == 2
    os.close(lock)
    assert "another `douane serve` uses" in capsys.readouterr().err


@pytest.mark.parametrize("door", ["icap", "api"])
def test_a_port_in_use(douane: Douane, door: str, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        other = "api" if door == "icap" else "icap"
        listen = f'[{door}]\nlisten = "{address}"\n[{other}]\nlisten = "127.0.0.1:0"\n'
        assert douane("serve", toml=listen) == 2
    assert f"cannot listen on {address}: Address already in use" in capsys.readouterr().err


def test_a_broken_policy(
    douane: Douane, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(RULES, short_folder / "rules")
    (short_folder / "rules" / "policy.toml").write_text("default = 'block'\nx = 1\n")
    assert douane("serve", toml=EPHEMERAL + '[rules]\ndirectory = "rules"') == 2
    assert f"{short_folder}/rules/policy.toml:2: " in capsys.readouterr().err


def test_broken_settings(douane: Douane, capsys: pytest.CaptureFixture[str]) -> None:
    assert douane("serve", toml="[icap]\nlisten = 1344") == 2
    assert "douane.toml:2: icap.listen" in capsys.readouterr().err
