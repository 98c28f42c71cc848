"""douane config: what is in force, as TOML that can be pasted back."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from douane.settings import Settings, is_repeated
from douane.settings_file import load_settings

Douane = Callable[..., int]


def test_the_output_is_toml_with_origins(
    douane: Douane, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = '[clamav]\nsocket = "off"\n[limits]\nscan_seconds = 7.5'
    assert douane("config", toml=toml) == 0
    text = capsys.readouterr().out
    shown = tomllib.loads(text)
    once = {name for name in Settings.model_fields if not is_repeated(name)}
    assert set(shown) == once, "none of [[those]] is set"
    assert shown["limits"]["scan_seconds"] == 7.5
    assert shown["state"]["directory"] == str(short_folder / "state")
    (line,) = [line for line in text.split("\n") if line.startswith("scan_seconds = 7.5")]
    assert line.endswith(f"# {short_folder}/douane.toml:4")
    assert text.count("# default") > 20


def test_the_output_is_a_settings_file(
    douane: Douane, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = '[[client]]\nnetworks = ["10.0.0.0/8"]\nblock = "page"\n[[client]]\nprofile = "f5"\n'
    douane("config", toml=toml)
    first = load_settings(short_folder / "douane.toml").settings
    again = short_folder / "again.toml"
    again.write_text(capsys.readouterr().out)
    assert load_settings(again).settings == first
    assert [client.profile for client in first.client] == ["generic", "f5"]


def test_json(douane: Douane, capsys: pytest.CaptureFixture[str]) -> None:
    assert douane("config", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["clamav"]["socket"] == "off"
    assert set(shown) == set(Settings.model_fields)


def test_a_mistake_is_status_2_with_its_place(
    douane: Douane, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("config", toml="[icap]\nfronts = 'x'") == 2
    assert capsys.readouterr().err == (
        f"douane: {short_folder}/douane.toml:2: icap.fronts: input should be a valid integer\n"
    )
