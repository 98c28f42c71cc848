"""douane rules check, test: 0 for the shipped rules, 1 with file, line and fix for broken ones."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from douane.commands import rules_check
from scanners.rules.goodware import default_folders
from scanners.rules.records import Cost, EngineCost, Goodware, GoodwareHit, RuleCost, RuleFindings

Douane = Callable[..., int]
Capture = pytest.CaptureFixture[str]
RULES = Path(__file__).parents[3] / "rules"
OWN = '[rules]\ndirectory = "rules"'
COST = Cost(
    EngineCost(2.05, {"program": 2.1, "text": 2.0}),
    EngineCost(0.9, {"program": 0.8, "text": 1.0}),
    0.9,
    (RuleCost("MAL_A_Nov26", "yara/a.yar", 3, 1.25, "$lure", 0.75),),
)
GOODWARE = Goodware(20_001, 5 << 20, 3, (GoodwareHit("MAL_A_Nov26", "/usr/bin/a"),), 0.5)


@pytest.fixture
def broken(short_folder: Path) -> Path:
    shutil.copytree(RULES, short_folder / "rules")
    for name in ("policy.toml", "channels.toml"):
        path = short_folder / "rules" / name
        path.write_text("nonsense = 1\n" + path.read_text())
    (short_folder / "rules" / "members.txt").write_text("# list\nname only\n")
    (short_folder / "rules" / "passwords.txt").write_bytes(b"\xff\n")
    (short_folder / "rules" / "yara" / "broken.yar").write_text("rule broken {")
    return short_folder / "rules"


def test_the_shipped_rules_are_right(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "check") == 0
    text = capsys.readouterr().out
    assert f"checking {RULES} …" in text
    assert text.endswith(" 0 problems\n")
    assert not text.split("\n")[1].startswith("0 rule tests")


def test_problems_have_places(douane: Douane, broken: Path, capsys: Capture) -> None:
    assert douane("rules", "check", toml=OWN) == 1
    text = capsys.readouterr().out
    lists = ("members.txt:2: ", "passwords.txt:1: ")
    for place in ("policy.toml:1: ", "channels.toml:1: ", "yara/broken.yar", *lists):
        assert place in text


def test_problems_as_json(douane: Douane, broken: Path, capsys: Capture) -> None:
    assert douane("rules", "check", "--json", toml=OWN) == 1
    document = json.loads(capsys.readouterr().out)
    assert {"policy.toml", "channels.toml"} <= {p["file"] for p in document["problems"]}
    assert all(
        set(problem) == {"file", "line", "rule", "problem", "fix"}
        for problem in document["problems"]
    )
    assert document["tests"] > 0
    assert (document["cost"], document["goodware"]) == (None, None)


def test_a_folder_that_is_none_cannot_be_checked(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "check", toml=OWN) == 2
    assert "is no folder; [rules] directory names the rules" in capsys.readouterr().err
    assert douane("rules", "check", "--goodware", "/no/such/folder") == 2


def test_cost_and_goodware_are_shown(
    douane: Douane, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def check(rules: Path, *, goodware: object, progress: Callable[[str], None]) -> RuleFindings:
        asked.append(goodware)
        progress("honest files: 1 of 2")
        return RuleFindings(cost=COST, goodware=GOODWARE, unchecked=("no clamscan",))

    monkeypatch.setattr(rules_check, "check_ruleset", check)
    assert douane("rules", "check", "--goodware", "/usr/bin") == 0
    shown = capsys.readouterr()
    assert shown.err == "honest files: 1 of 2 …\n"
    assert shown.out.splitlines()[1:] == [
        "no clamscan",
        "all rules take 2.0 ms a MiB in yara-python: program 2.1, text 2.0",
        "all rules take 0.9 ms a MiB in YARA-X: program 0.8, text 1.0",
        f"  {'MAL_A_Nov26':<44} 1.25 ms a MiB beyond one rule of one text, $lure 0.75",
        "20,001 honest files, 5 MiB: 1 hits, 3 skipped, 0.5 ms a MiB",
        "0 rule tests, 0 problems",
    ]
    assert douane("rules", "check", "--json", "--goodware") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["cost"]["yara"]["kinds"] == {"program": 2.1, "text": 2.0}
    assert document["goodware"]["hits"] == [{"rule": "MAL_A_Nov26", "path": "/usr/bin/a"}]
    assert asked == [[Path("/usr/bin")], default_folders()]


def test_an_engine_that_was_not_measured_is_named() -> None:
    lines = list(rules_check.cost_lines(replace(COST, yara_x=None)))
    assert lines[1] == "not measured in YARA-X: this system lets no program make code"


def test_test_shows_each_sample_of_a_rule(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "test", "TEST_Eicar_Nov26") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "ok    TEST_Eicar_Nov26 hits[0] matched" in lines
    assert lines[-1] == f"{len(lines) - 1} rule tests, 0 problems"


def test_test_of_a_rule_that_is_none(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "test", "MAL_Nothing_Nov26") == 2
    assert "no rule compiles that is called MAL_Nothing_Nov26" in capsys.readouterr().err


def test_test_fails_with_a_proof(douane: Douane, broken: Path, capsys: Capture) -> None:
    (broken / "yara" / "broken.yar").unlink()
    proof = '[TEST_Eicar_Nov26]\nhits = ["nothing"]\nspares = ["nothing"]\n'
    (broken / "yara" / "tests" / "eicar.toml").write_text(proof)
    assert douane("rules", "test", "TEST_Eicar_Nov26", toml=OWN) == 1
    text = capsys.readouterr().out
    assert "WRONG TEST_Eicar_Nov26 hits[0] spared" in text
    assert text.endswith("2 rule tests, 1 problems\n")
    assert douane("rules", "test", "--json", "TEST_Eicar_Nov26", toml=OWN) == 1
    document = json.loads(capsys.readouterr().out)
    assert [test["passed"] for test in document["tests"]] == [False, True]
    assert len(document["problems"]) == 1
