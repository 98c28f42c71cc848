"""YARA: rules without papers do not start, matches become detections, failures become gaps."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yara

from scanners import yara_rules
from scanners.budget import Budget
from scanners.errors import EngineDown
from scanners.model import Code, Content, Detection, DetectionLevel, Reason, Report, Unscanned
from scanners.rules.folders import FOLDERS
from scanners.yara_rules import MAX_DETAIL, RuleError, YaraScanner, read_sources

MakeBudget = Callable[..., Budget]
LATE = Report(unscanned=(Unscanned("yara", Reason.TIMED_OUT),))
SLOW = "for any i in (0..filesize) : (for any j in (0..filesize) : (uint8(i) + j == -1))"


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
        (_rule("info") + "\0x", "test: a rule file must not hold a NUL byte"),
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
    scanner = YaraScanner({"test": _rule("info")})
    assert scanner.scan(Content(memoryview(b"..")), new_budget(seconds=-1)) == LATE


def test_slow_rule_ends_at_the_deadline(new_budget: MakeBudget) -> None:
    source = f'rule slow {{ meta: level = "info" condition: {SLOW} }}'
    scanner = YaraScanner({"test": source})
    assert scanner.scan(Content(memoryview(bytes(1_000_000))), new_budget(seconds=0.5)) == LATE


def test_what_one_folder_found_outlives_the_failure_of_another(new_budget: MakeBudget) -> None:
    slow = f'rule slow {{ meta: level = "info" condition: uint16(0) == 0x5A4D and {SLOW} }}'
    scanner = YaraScanner({"pe/slow": slow, "quick": _rule("malicious")})
    view = memoryview(b"MZ needle" + bytes(1_000_000))
    report = scanner.scan(Content(view), new_budget(seconds=0.5))
    assert [found.name for found in report.detections] == ["found"]
    assert report.unscanned == LATE.unscanned


def test_a_failure_keeps_no_other_folder_from_being_tried(
    new_budget: MakeBudget, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = yara_rules._match

    def broken(rules: yara.Rules, view: memoryview, budget: Budget) -> list[yara.Match]:
        if "found" in {rule.identifier for rule in rules}:
            raise EngineDown
        return match(rules, view, budget)

    monkeypatch.setattr(yara_rules, "_match", broken)
    scanner = YaraScanner({"a": _rule("info"), "pe/a": _named("pe_file", "uint16(0) == 0x5A4D")})
    report = scanner.scan(Content(memoryview(b"MZ")), new_budget())
    assert [found.name for found in report.detections] == ["pe_file"]
    assert report.unscanned == (Unscanned("yara", Reason.ENGINE_DOWN),)


FIBERS = "$a = /abcd(.{1,200}a.{1,200}){1,30}zz/s"


@pytest.mark.parametrize("folder", ["", "script/"])
def test_a_rule_that_breaks_the_engine_hides_no_other_file(
    new_budget: MakeBudget, folder: str
) -> None:
    """Too many fibers, error 46, ends the scan for all rules that were compiled together."""
    demand = "" if not folder else f"{FOLDERS['script'].demand} and "
    sources = {
        f"{folder}{name}": _rule("malicious", name=name, strings=strings).replace(
            "condition: ", f"condition: {demand}"
        )
        for name, strings in {"a": '$a = "NEEDLE"', "b": FIBERS, "c": '$a = "needle"'}.items()
    }
    view = memoryview((b"abcd" + b"a" * 300) * 80 + b"needle")
    report = YaraScanner(sources).scan(Content(view), new_budget())
    assert [found.name for found in report.detections] == ["c"]
    assert report.unscanned == (Unscanned("yara", Reason.ENGINE_DOWN),)


def _named(name: str, condition: str) -> str:
    return f'rule {name} {{ meta: level = "info" condition: {condition} }}'


SHIPPED_SHAPE = {
    "little": _named("little", "filesize <= 128"),
    "pe/program": _named("program", "uint16(0) == 0x5A4D and filesize < 5KB"),
    "pe/larger": _named("larger", "uint16(0) == 0x5A4D and filesize < 9KB"),
}
ANY_SIZE = {"any": _named("any_file", "true"), "pe/any": _named("any_pe", "uint16(0) == 0x5A4D")}


@pytest.fixture
def sizes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of each content that libyara was asked about: it costs time by the byte."""
    seen: list[int] = []
    match = yara_rules._match

    def counted(rules: yara.Rules, view: memoryview, budget: Budget) -> list[yara.Match]:
        seen.append(len(view))
        return match(rules, view, budget)

    monkeypatch.setattr(yara_rules, "_match", counted)
    return seen


@pytest.mark.parametrize(
    "data, names, tried",
    [
        (b"", {"little"}, 1),
        (b"M", {"little"}, 1),
        (b"MZ", {"little", "program", "larger"}, 2),
        (b"t" * 128, {"little"}, 1),
        (b"t" * 129, set(), 0),
        (b"t" * 1_000_000, set(), 0),
        (b"ZM" + bytes(4000), set(), 0),
        (b"mz" + bytes(4000), set(), 0),
        (b" MZ" + bytes(4000), set(), 0),
        (b"MZ" + b"t" * 4000, {"program", "larger"}, 1),
        (b"MZ" + bytes(6000), {"larger"}, 1),
        (b"MZ" + bytes(9 * 1024 - 3), {"larger"}, 1),
        (b"MZ" + bytes(9 * 1024 - 2), set(), 0),
    ],
)
def test_rules_are_tried_where_they_can_match_and_nowhere_else(
    new_budget: MakeBudget, sizes: list[int], data: bytes, names: set[str], tried: int
) -> None:
    report = YaraScanner(SHIPPED_SHAPE).scan(Content(memoryview(data)), new_budget())
    assert {found.name for found in report.detections} == names
    assert sizes == [len(data)] * tried


def _two_texts(first: str, second: str) -> str:
    texts = f'$a = "{first}" $b = "{second}"'
    return f'rule both {{ meta: level = "info" strings: {texts} condition: $a and $b }}'


@pytest.mark.parametrize(
    "data, names, tried",
    [
        (b"nothing of the kind", set(), 1),
        (b"only haystacks", set(), 1),
        (b"needles in hay", set(), 2),
        (b"needles in haystacks", {"both"}, 2),
    ],
)
def test_rules_are_tried_where_the_first_look_finds_something(
    new_budget: MakeBudget, sizes: list[int], data: bytes, names: set[str], tried: int
) -> None:
    scanner = YaraScanner({"any": _two_texts("needles", "haystacks")})
    report = scanner.scan(Content(memoryview(data)), new_budget())
    assert {found.name for found in report.detections} == names
    assert sizes == [len(data)] * tried


@pytest.mark.parametrize(
    "data, names", [(bytes(9000), {"any_file"}), (b"MZ" + bytes(99_000), {"any_file", "any_pe"})]
)
def test_a_rule_without_bound_is_tried_on_every_size(
    new_budget: MakeBudget, data: bytes, names: set[str]
) -> None:
    scanner = YaraScanner(SHIPPED_SHAPE | ANY_SIZE)
    report = scanner.scan(Content(memoryview(data)), new_budget())
    assert {found.name for found in report.detections} == names


def test_without_rules_nothing_is_tried(new_budget: MakeBudget, sizes: list[int]) -> None:
    for sources in ({}, {"comment": "// none yet"}, {"part": "private rule a { condition: true }"}):
        assert YaraScanner(sources).scan(Content(memoryview(b"MZ")), new_budget()) == Report()
    assert sizes == []


@pytest.mark.parametrize("file", ["pdf/a", "tests/a", "pe/more/a"])
def test_unknown_folders_are_refused_at_start(file: str) -> None:
    with pytest.raises(RuleError, match=f"{file}: no rules are read from this folder"):
        YaraScanner({file: _rule("info")})


def test_a_rule_that_would_lose_hits_is_refused_at_start() -> None:
    with pytest.raises(RuleError, match="rule found: in pe/a the condition has to begin"):
        YaraScanner({"pe/a": _rule("info")})


def test_private_rules_may_demand_less_than_their_folder(new_budget: MakeBudget) -> None:
    part = "private rule part { condition: true } "
    scanner = YaraScanner({"pe/a": part + _named("whole", "uint16(0) == 0x5A4D and part")})
    report = scanner.scan(Content(memoryview(b"MZ" + bytes(9000))), new_budget())
    assert [found.name for found in report.detections] == ["whole"]


def test_endless_description_is_cut(new_budget: MakeBudget) -> None:
    (found,) = _scan(_rule("info").replace("a needle", "a" * 5000), b"..needle..", new_budget())
    assert len(found.detail) == MAX_DETAIL


def test_sources_are_named_by_path(tmp_path: Path) -> None:
    (tmp_path / "pe").mkdir()
    (tmp_path / "b.yar").write_text(_rule("info"))
    (tmp_path / "pe" / "b.yar").write_text(_rule("malicious"))
    (tmp_path / "notes.txt").write_text("no rule")
    assert read_sources(tmp_path) == {"b": _rule("info"), "pe/b": _rule("malicious")}
