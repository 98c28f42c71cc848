"""The shipped rules fire on nothing that is honest: 20,000 files and more of this machine."""

import shutil
from pathlib import Path

import pytest

from scanners.rules.check import try_rules
from scanners.rules.clamav import check_clamav
from scanners.rules.goodware import FEWEST_FILES, check_goodware, default_folders

RULES = Path(__file__).parents[2] / "rules"


def silently(said: str) -> None:
    pass


def test_no_rule_fires_on_honest_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ClamAV, which takes minutes for so many: it unpacks them."""
    monkeypatch.setattr(shutil, "which", lambda program: None)
    found, problems = check_goodware(RULES, try_rules(RULES).rules, default_folders(), silently)
    assert [str(problem) for problem in problems] == []
    assert found.files >= FEWEST_FILES
    assert found.skipped < found.files / 100


@pytest.mark.server
def test_no_signature_fires_on_honest_programs() -> None:
    known = check_clamav(RULES).rules
    found, problems = check_goodware(RULES, known, [Path("/usr/bin")], silently)
    assert [str(problem) for problem in problems] == []
    assert found.files > 100
