"""The one full check: what scanners, policy and channels say of a folder, all together."""

import shutil
from pathlib import Path

from douane.ruleset_check import check_ruleset

RULES = Path(__file__).parents[2] / "rules"


def test_the_shipped_set_is_right() -> None:
    found = check_ruleset(RULES)
    assert found.problems == ()
    assert len(found.tests) > 0


def test_every_part_is_asked(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    for name in ("policy.toml", "channels.toml"):
        (rules / name).write_text("nonsense = 1\n" + (rules / name).read_text())
    (rules / "members.txt").write_text("name only\n")
    (rules / "yara" / "broken.yar").write_text("rule broken {")
    places = {(problem.file, problem.line) for problem in check_ruleset(rules).problems}
    assert {("policy.toml", 1), ("channels.toml", 1), ("members.txt", 1)} <= places
    assert "yara/broken.yar" in {file for file, _ in places}
