"""douane rules check, test: 0 for the shipped rules, 1 with file, line and fix for broken ones."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Douane = Callable[..., int]
RULES = Path(__file__).parents[3] / "rules"
OWN = '[rules]\ndirectory = "rules"'


def test_the_shipped_rules_are_right(douane: Douane, capsys: pytest.CaptureFixture[str]) -> None:
    assert douane("rules", "check") == 0
    text = capsys.readouterr().out
    assert f"checking {RULES} …" in text
    assert text.endswith(" 0 problems\n")
    assert not text.split("\n")[1].startswith("0 rule tests")


def test_problems_have_places(
    douane: Douane, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(RULES, short_folder / "rules")
    for name in ("policy.toml", "channels.toml"):
        path = short_folder / "rules" / name
        path.write_text("nonsense = 1\n" + path.read_text())
    (short_folder / "rules" / "members.txt").write_text("# list\nname only\n")
    (short_folder / "rules" / "passwords.txt").write_bytes(b"\xff\n")
    (short_folder / "rules" / "yara" / "broken.yar").write_text("rule broken {")
    assert douane("rules", "check", toml=OWN) == 1
    text = capsys.readouterr().out
    lists = ("members.txt:2: ", "passwords.txt:1: ")
    for place in ("policy.toml:1: ", "channels.toml:1: ", "yara/broken.yar", *lists):
        assert place in text
    assert douane("rules", "check", "--json", toml=OWN) == 1
    document = json.loads(capsys.readouterr().out)
    assert {"policy.toml", "channels.toml"} <= {p["file"] for p in document["problems"]}
    assert all(problem["fix"] for problem in document["problems"])
    assert document["tests"] > 0


def test_test_runs_the_proofs_of_one_rule(
    douane: Douane, capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("rules", "test", "TEST_Eicar_Nov26") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "ok    TEST_Eicar_Nov26 hits[0] matched" in lines
    assert lines[-1] == f"{len(lines) - 1} rule tests, 0 problems"
