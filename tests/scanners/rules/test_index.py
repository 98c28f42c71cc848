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
        level = "malicious"
        status = "testing"
        score = 45
        sample_seen = false
    condition:
        false
}
private rule Part { condition: true }
"""


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
        RuleFacts(
            *("MAL_Worm_Sample_Nov26", "yara", "yara/pe/sample.yar", 2, "malicious", "testing"),
            score=45,
            description="Detects a sample",
            sample_seen=False,
        ),
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
        assert one.engine == "clamav" or (one.description and one.status and one.basis)


def test_number_of_rules_is_bounded(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MAX_RULES", 2)
    assert len(rule_index(rules)) == 2


def test_rule_that_does_not_compile(rules: Path) -> None:
    (rules / "yara" / "broken.yar").write_text("rule X { condition: nowhere }")
    with pytest.raises(IndexFailed, match="nowhere"):
        rule_index(rules)


def test_reader_that_does_not_end(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "READ_SECONDS", 0.001)
    with pytest.raises(IndexFailed, match="within"):
        rule_index(rules)


def test_reader_that_dies(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanners.rules.index.sys.executable", "/bin/false")
    with pytest.raises(IndexFailed, match="ended with 1"):
        rule_index(rules)
