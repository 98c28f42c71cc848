"""The cost of rules on the command line: every kind of content and every rule has its figure."""

from pathlib import Path

import pytest

from bench import rules

RULE = 'rule found { meta: level = "info" strings: $a = "needle" condition: $a }'


def test_every_kind_and_rule_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "yara").mkdir()
    (tmp_path / "yara" / "one.yar").write_text(RULE)
    assert rules.main([str(tmp_path)]) == 0
    one, yara, yara_x, found = capsys.readouterr().out.splitlines()
    assert one.startswith("one rule of one text takes ")
    for line, engine in ((yara, "yara-python"), (yara_x, "YARA-X")):
        assert f" ms a MiB in {engine}: program " in line
    assert found.split()[0] == "found"
    assert "$a " in found
