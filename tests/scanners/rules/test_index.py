"""The index of the rules: the shipped ones, and what cannot be read."""

from pathlib import Path

import pytest

from scanners.rules import index
from scanners.rules.index import IndexFailed, RuleFacts, rule_index, rule_source

SHIPPED = Path(__file__).parents[3] / "rules"
RULE = """// first line
rule MAL_Worm_Sample_Nov26
{
    meta:
        description = "Detects a sample"
        level = "suspicious"
        status = "testing"
        score = 45
        sample_seen = false
    condition:
        false
}
private rule Part { condition: true }
"""
PAPERS: dict[str, str | int | bool] = {
    "description": "Detects a sample",
    "level": "suspicious",
    "status": "testing",
    "score": 45,
    "sample_seen": False,
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "yara" / "pe").mkdir(parents=True)
    (tmp_path / "clamav").mkdir()
    (tmp_path / "yara" / "pe" / "sample.yar").write_text(RULE)
    (tmp_path / "clamav" / "own.ndb").write_text("# why\nDouane.Worm.Sample:0:*:616263\n")
    (tmp_path / "clamav" / "own.hdb").write_text(f"{'0' * 32}:3:Douane.Worm.Sample.Hash\n")
    (tmp_path / "clamav" / "notes.md").write_text("A:0:*:61\n")
    return tmp_path


def test_rules_and_signatures(rules: Path) -> None:
    assert list(rule_index(rules).values()) == [
        RuleFacts("MAL_Worm_Sample_Nov26", "yara", "yara/pe/sample.yar", 2, PAPERS),
        RuleFacts("Douane.Worm.Sample.Hash", "clamav", "clamav/own.hdb", 1),
        RuleFacts("Douane.Worm.Sample", "clamav", "clamav/own.ndb", 2),
    ]


def test_source(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = rule_index(rules)
    assert rule_source(rules, found["MAL_Worm_Sample_Nov26"]) == RULE
    assert rule_source(rules, found["Douane.Worm.Sample"]) == "Douane.Worm.Sample:0:*:616263"
    monkeypatch.setattr(index, "MAX_SOURCE", 5)
    assert rule_source(rules, found["MAL_Worm_Sample_Nov26"]) == "// fi"
    assert rule_source(rules, found["Douane.Worm.Sample"]) == "Douan"


def test_shipped_rules_have_papers() -> None:
    found = rule_index(SHIPPED)
    assert {one.engine for one in found.values()} == {"yara", "clamav"}
    for one in found.values():
        assert one.line > 0
        assert one.engine == "clamav" or {"basis", "description"} <= set(one.papers)


def test_facts_of_a_rule_and_of_a_signature(rules: Path) -> None:
    found = rule_index(rules)
    rule, signature = found["MAL_Worm_Sample_Nov26"], found["Douane.Worm.Sample"]
    assert (rule.level, rule.status, rule.score) == ("suspicious", "testing", 45)
    assert (signature.level, signature.status, signature.score) == ("malicious", "", None)


def test_number_of_rules_is_bounded(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MAX_RULES", 2)
    assert len(rule_index(rules)) == 2


def test_rule_that_does_not_compile(rules: Path) -> None:
    (rules / "yara" / "broken.yar").write_text("rule X { condition: nowhere }")
    with pytest.raises(IndexFailed, match="nowhere"):
        rule_index(rules)


def test_reader_that_does_not_end(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "READ_SECONDS", 0.001)
    with pytest.raises(IndexFailed, match="did not end"):
        rule_index(rules)


def test_reader_that_dies(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanners.rules.throwaway.sys.executable", "/bin/false")
    with pytest.raises(IndexFailed, match="failed"):
        rule_index(rules)
