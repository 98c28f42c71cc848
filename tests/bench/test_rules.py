"""The cost of rules: every file and every kind of content has its figure."""

from pathlib import Path

import pytest

from bench import rules
from bench.requests import KINDS
from scanners.yara_rules import YaraScanner

RULE = 'rule found { meta: level = "info" strings: $a = "needle" condition: $a }'


def test_every_file_and_kind_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MiB", 4096)
    (tmp_path / "yara").mkdir()
    (tmp_path / "yara" / "one.yar").write_text(RULE)
    assert rules.main([str(tmp_path)]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == list(KINDS)
    assert [row.split()[-len(KINDS) - 1] for row in rows] == ["used", "one"]
    assert all(float(cell) >= 0 for row in rows for cell in row.split()[-len(KINDS) :])


def test_more_bytes_cost_more() -> None:
    scanner = YaraScanner({"one": RULE})
    assert rules.scan_cost(scanner, bytes(4 << 20)) > rules.scan_cost(scanner, b"") > 0


def test_the_best_run_counts() -> None:
    runs: list[int] = []
    assert rules.best(lambda: runs.append(sum(range(len(runs) * 1000)))) >= 0
    assert len(runs) == rules.RUNS
