"""The throw-away process prints what it found, and reads what libyara says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yara

from scanners.rules.trial import MAX_PROBLEMS, Trial, compile_messages

ROOT = Path(__file__).parents[3]


def test_it_prints_findings_as_json(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scanners.rules.trial", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60)
    found = json.loads(done.stdout)
    assert (found["problems"], found["tests"], found["rules"]) == ([], [], [])


def test_problems_are_counted_but_not_without_end(tmp_path: Path) -> None:
    (tmp_path / "yara").mkdir()
    rules = "".join(f"rule r{number} {{ condition: filesize > 9 }}\n" for number in range(100))
    (tmp_path / "yara" / "many.yar").write_text(rules)
    assert len(Trial(tmp_path).run().problems) == MAX_PROBLEMS


def test_rules_are_known_by_name_and_place(tmp_path: Path) -> None:
    (tmp_path / "yara").mkdir()
    text = "private rule Part { condition: filesize > 9 }\n\nrule Whole { condition: Part }\n"
    (tmp_path / "yara" / "one.yar").write_text(text)
    (rule,) = Trial(tmp_path).run().rules
    assert (rule.name, rule.file, rule.line) == ("Whole", "yara/one.yar", 3)


@pytest.mark.parametrize(
    "said, messages",
    [
        (yara.WarningError(["line 3: slow", "no place"]), [(3, "slow"), (0, "no place")]),
        (yara.SyntaxError("line 1: bad\nthing"), [(1, "bad\nthing")]),
        (yara.Error(), [(0, "")]),
    ],
)
def test_compile_messages(said: yara.Error, messages: list[tuple[int, str]]) -> None:
    assert compile_messages(said) == messages
