"""The ISTag's part of rules, policy and limits: it changes with each of them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from douane.rulesets.digest import rules_digest
from douane.settings import Settings
from verdicts.rule_file import RuleFileError

RULES = Path(__file__).parents[3] / "rules"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RULES, tmp_path / "rules"))


def test_equal_content_is_equal(settings: Settings, rules: Path) -> None:
    assert rules_digest(settings, rules) == rules_digest(settings, RULES)


@pytest.mark.parametrize(
    "change",
    [
        lambda rules, _: (rules / "passwords.txt").write_text("another\n"),
        lambda rules, _: (rules / "channels.toml").write_text(""),
        lambda rules, _: (rules / "yara" / "eicar.yar").unlink(),
        lambda _, settings: settings.model_copy(
            update={"policy": settings.policy.model_copy(update={"mode": "monitor"})}
        ),
        lambda _, settings: settings.model_copy(
            update={"limits": settings.limits.model_copy(update={"depth": 3})}
        ),
    ],
)
def test_every_part_counts(
    settings: Settings, rules: Path, change: Callable[[Path, Settings], object]
) -> None:
    before = rules_digest(settings, rules)
    changed = change(rules, settings)
    after = changed if isinstance(changed, Settings) else settings
    assert rules_digest(after, rules) != before


def test_a_broken_policy(settings: Settings, rules: Path) -> None:
    (rules / "policy.toml").write_text("[")
    with pytest.raises(RuleFileError, match=r"policy\.toml:1"):
        rules_digest(settings, rules)
