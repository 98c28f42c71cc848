"""`make demo`: what it shows is what it says."""

import re
import subprocess
import sys

import pytest

from bench.demo import scenes

pytestmark = pytest.mark.server


def test_only_the_holiday_picture_is_delivered() -> None:
    command = [sys.executable, "-m", "bench.demo"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    outcomes = re.findall(r"^   HTTP (\d+): (.*)$", told, re.M)
    blocked = ("malicious", "malicious", "disguise", "disguise", "encrypted", "malicious")
    assert outcomes == [
        ("200", "delivered"),
        *(("403", f"blocked by clause {clause}") for clause in (*blocked, "malicious")),
    ]
    assert all(f"{number}. {scene.title}" in told for number, scene in enumerate(scenes(), 1))
    assert '"transfers": 8' in told
