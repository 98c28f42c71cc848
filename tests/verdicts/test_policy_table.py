"""Values of a policy table, and what is said of those that are not understood."""

from pathlib import Path

import pytest

from verdicts.policy_table import PolicyTable
from verdicts.rule_file import RuleFile, RuleFileError

TEXT = """default = "block"
[[clause]]
name = "first"
[[clause]]
name = "second"
size = "many"
"""


@pytest.fixture
def file(tmp_path: Path) -> RuleFile:
    path = tmp_path / "policy.toml"
    path.write_text(TEXT)
    return RuleFile.read(path)


def table(file: RuleFile, index: int) -> PolicyTable:
    return PolicyTable(file, file.tables("clause")[index], "clause", index, "here: ")


def number(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError("takes a number")
    return value


def test_a_value_or_what_stands_for_it(file: RuleFile) -> None:
    assert table(file, 1).take_name() == "second"
    assert table(file, 0).take("size", number, 7) == 7


def test_a_complaint_names_file_line_and_place(file: RuleFile) -> None:
    with pytest.raises(RuleFileError, match=r"policy\.toml:6: here: size takes a number"):
        table(file, 1).take("size", number, 7)


@pytest.mark.parametrize(
    "text, message",
    [
        ("[[trickle]]\nmost = 0.1", ":1: a trickle needs a name"),
        ("[[trickle]]\nname = 'a b'", ":2: name takes 1 to 64 letters"),
        ("[[trickle]]\nname = 'bypass'", ":2: name 'bypass' is taken"),
    ],
)
def test_a_name_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text)
    file = RuleFile.read(path)
    with pytest.raises(RuleFileError, match=message):
        PolicyTable(file, file.tables("trickle")[0], "trickle", 0).take_name()


def test_a_name_is_given_once(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('[[trickle]]\nname = "a"\n\n[[trickle]]\nname = "a"\n')
    file = RuleFile.read(path)
    last = PolicyTable(file, file.tables("trickle")[1], "trickle", 1)
    with pytest.raises(RuleFileError, match=r":5: the name 'a' is taken by the trickle in line 1"):
        last.take_name()
