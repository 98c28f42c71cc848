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


def _problems(rules: Path, text: str, name: str = "one") -> list[str]:
    (rules / "yara").mkdir()
    (rules / "yara" / f"{name}.yar").write_text(text)
    return [str(one) for one in Trial(rules).run().problems]


def test_a_nul_is_told(tmp_path: Path) -> None:
    (said,) = _problems(tmp_path, "rule a { condition: filesize > 9 }\0x")
    assert said.startswith("yara/one.yar: the file holds a NUL byte")


def test_names_that_differ_in_case_alone_are_told(tmp_path: Path) -> None:
    one, two = (f"rule {name} {{ condition: filesize > 9 }}\n" for name in ("Zed", "ZED"))
    found = _problems(tmp_path, one + two)
    assert any("ZED: yara/one.yar has a rule of that name" in said for said in found)


def test_a_file_of_an_odd_name_is_told_and_not_read(tmp_path: Path) -> None:
    (said,) = _problems(tmp_path, "rule broken {", "bad\x1bname")
    assert said.startswith("yara/bad\\x1bname.yar: no set takes a file of this name")


def test_loops_of_private_rules_are_read_too(tmp_path: Path) -> None:
    loop = "for any i in (0..uint32(0)) : (uint8(i) == 7)"
    found = _problems(tmp_path, f"\nprivate rule part {{ condition: {loop} }}")
    assert any(said.startswith("yara/one.yar:2: part: the content says") for said in found)


def test_an_expression_that_only_its_ordeal_finds(tmp_path: Path) -> None:
    dear = "/qwertz[a-z]{0,190}[b-z]{0,190}[^q]{0,190}x/s"
    text = f"rule a {{ strings: $a = {dear} condition: $a }}"
    assert any("takes more than" in said for said in _problems(tmp_path, text))
