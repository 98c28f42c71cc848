"""The one full check: what scanners, policy and channels say of a folder, all together."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from douane import ruleset_check
from douane.ruleset_check import check_ruleset
from scanners.rules.records import Problem, RuleFindings

RULES = Path(__file__).parents[2] / "rules"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    shutil.copytree(RULES, tmp_path / "rules")
    return tmp_path / "rules"


def test_the_shipped_set_is_right() -> None:
    found = check_ruleset(RULES)
    assert found.problems == ()
    assert len(found.tests) > 0
    assert (found.cost, found.goodware) == (None, None)


def test_every_part_is_asked(rules: Path) -> None:
    for name in ("policy.toml", "channels.toml"):
        (rules / name).write_text("nonsense = 1\n" + (rules / name).read_text())
    (rules / "members.txt").write_text("name only\n")
    (rules / "blocked.txt").write_text("what\n")
    (rules / "types.toml").write_text("[")
    (rules / "catalogue" / "choke.toml").write_text("\n[")
    (rules / "clamav" / "bad.ndb").write_text("Bad:0:*:6e6565646c65\n")
    (rules / "yara" / "broken.yar").write_text("rule broken {")
    places = {(problem.file, problem.line) for problem in check_ruleset(rules).problems}
    named = {("policy.toml", 1), ("channels.toml", 1), ("members.txt", 1), ("blocked.txt", 1)}
    assert named <= places
    assert {("types.toml", 0), ("catalogue/choke.toml", 2), ("clamav/bad.ndb", 1)} <= places
    assert "yara/broken.yar" in {file for file, _ in places}


def test_honest_files_are_tried_if_asked(
    tmp_path: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    (tmp_path / "honest").mkdir()
    (tmp_path / "honest" / "a").write_text("a nail")
    said: list[str] = []
    found = check_ruleset(rules, goodware=[tmp_path / "honest"], progress=said.append)
    assert found.goodware is not None
    assert found.cost is not None
    assert (found.goodware.files, found.goodware.hits) == (1, ())
    assert said == ["measuring what the rules cost", "honest files: 1 of 1"]


def test_a_broken_set_is_not_held_against_honest_files(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*what: object) -> RuleFindings:
        raise AssertionError("it would only repeat the problems, slowly")

    monkeypatch.setattr(ruleset_check, "prove_rules", never)
    (rules / "policy.toml").write_text("nonsense = 1\n")
    assert check_ruleset(rules, goodware=[rules]).goodware is None


def test_what_honest_files_show_is_a_problem(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem("yara/a.yar", 1, "MAL_A_Nov26", "fires on 1 honest files", "demand more")

    def prove(
        folder: Path, found: RuleFindings, folders: Sequence[Path], progress: object
    ) -> RuleFindings:
        return RuleFindings(problems=(*found.problems, problem))

    monkeypatch.setattr(ruleset_check, "prove_rules", prove)
    assert check_ruleset(rules, goodware=[rules]).problems == (problem,)
