"""The alerts and the settings for Prometheus, read by Prometheus' own tool."""

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.server

FOLDER = Path(__file__).parents[2] / "deploy/prometheus"
CASES = Path(__file__).with_name("alerts_test.yml")


def promtool(*words: str | Path) -> str:
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_settings(tmp_path: Path) -> None:
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_text(file.read_text("utf-8"))
    (tmp_path / "douane.key").write_text("dk_x")
    promtool("check", "config", "--lint-fatal", tmp_path / "prometheus.yml")


def test_alerts_fire_when_they_should(tmp_path: Path) -> None:
    cases = tmp_path / "cases.yml"
    cases.write_text(CASES.read_text("utf-8").replace("ALERTS", str(FOLDER / "alerts.yml")))
    promtool("test", "rules", cases)
