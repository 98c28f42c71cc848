"""YARA: rules without papers do not start, matches become detections, failures become gaps."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scanners.budget import Budget
from scanners.errors import DeadlinePassed
from scanners.model import Code, Content, Detection, DetectionLevel
from scanners.yara_rules import MAX_DETAIL, RuleError, YaraScanner, read_sources

MakeBudget = Callable[..., Budget]


def _rule(
    level: str, *, name: str = "found", strings: str = '$a = "needle"', private: str = ""
) -> str:
    meta = f'meta: level = "{level}" description = "a needle"' if level else ""
    return f"{private} rule {name} {{ {meta} strings: {strings} condition: $a }}"


def _scan(source: str, data: bytes, budget: Budget) -> tuple[Detection, ...]:
    content = Content(memoryview(data)[1:], path=("a", "b"))
    return YaraScanner({"test": source}).scan(content, budget).detections


@pytest.mark.parametrize("level", list(DetectionLevel))
def test_match(new_budget: MakeBudget, level: DetectionLevel) -> None:
    (found,) = _scan(_rule(level), b"..needle..", new_budget())
    assert found == Detection(Code.SIGNATURE_YARA, "yara", "found", level, ("a", "b"), "a needle")


def test_near_miss(new_budget: MakeBudget) -> None:
    assert _scan(_rule("info"), b"..needl3..", new_budget()) == ()


def test_private_rule_needs_no_level_and_is_not_told(new_budget: MakeBudget) -> None:
    source = _rule("", name="hidden", private="private") + _rule("info")
    assert [found.name for found in _scan(source, b"..needle..", new_budget())] == ["found"]


@pytest.mark.parametrize(
    "source, said",
    [
        (_rule(""), "rule found: level"),
        (_rule("clean"), "rule found: level"),
        (_rule("unknown"), "rule found: level"),
        ("rule broken {", "test"),
        ('include "/etc/passwd"', "include"),
        (_rule("info", strings='$a = "x"'), "slow"),
    ],
)
def test_refused_at_start(source: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        YaraScanner({"test": source})


def test_too_many_matches_are_a_match_and_no_noise(
    new_budget: MakeBudget, capfd: pytest.CaptureFixture[str]
) -> None:
    """libyara stops counting at a million; warnings are errors in these tests."""
    source = _rule("info", strings='$a = "xx"').replace("condition: $a", "condition: #a > 5")
    assert len(_scan(source, b"x" * 1_200_000, new_budget())) == 1
    assert capfd.readouterr() == ("", "")


def test_no_time_left(new_budget: MakeBudget) -> None:
    with pytest.raises(DeadlinePassed):
        _scan(_rule("info"), b"..", new_budget(seconds=-1))


def test_slow_rule_ends_at_the_deadline(new_budget: MakeBudget) -> None:
    source = 'rule slow { meta: level = "info" condition: '
    source += "for any i in (0..filesize) : (for any j in (0..filesize) : (uint8(i) + j == -1)) }"
    with pytest.raises(DeadlinePassed):
        _scan(source, bytes(1_000_000), new_budget(seconds=0.5))


def test_endless_description_is_cut(new_budget: MakeBudget) -> None:
    (found,) = _scan(_rule("info").replace("a needle", "a" * 5000), b"..needle..", new_budget())
    assert len(found.detail) == MAX_DETAIL


def test_sources_are_named_by_file(tmp_path: Path) -> None:
    (tmp_path / "b.yar").write_text(_rule("info"))
    (tmp_path / "notes.txt").write_text("no rule")
    assert read_sources(tmp_path) == {"b": _rule("info")}
