"""Papers as they stand in the rules, and papers that are none."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yara

from scanners.rules.index_reader import TEXT_LENGTH, read_papers
from scanners.rules.throwaway import PROJECT


def write(rules: Path, text: str) -> None:
    (rules / "yara").mkdir(exist_ok=True)
    (rules / "yara" / "sample.yar").write_text(text)


def test_papers_as_they_are(tmp_path: Path) -> None:
    meta = f'score = 7 sample_seen = false description = "{"x" * 3000}"'
    write(tmp_path, f"rule A {{ meta: {meta} condition: true }}")
    (facts,) = read_papers(tmp_path)
    assert (facts.name, facts.engine, facts.line) == ("A", "yara", 1)
    assert facts.papers == {"score": 7, "sample_seen": False, "description": "x" * TEXT_LENGTH}


def test_private_rules_never_show(tmp_path: Path) -> None:
    write(tmp_path, "private rule A { condition: true } rule B { condition: A }")
    assert [facts.name for facts in read_papers(tmp_path)] == ["B"]


def test_broken_rule(tmp_path: Path) -> None:
    write(tmp_path, "rule A { condition: nowhere }")
    with pytest.raises(yara.SyntaxError):
        list(read_papers(tmp_path))


def test_as_a_program(tmp_path: Path) -> None:
    write(tmp_path, "rule A { condition: true }\nrule B { condition: true }")
    command = [sys.executable, "-m", "scanners.rules.index_reader", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, timeout=60, check=True)
    assert [(one["name"], one["line"]) for one in json.loads(done.stdout)] == [("A", 1), ("B", 2)]
