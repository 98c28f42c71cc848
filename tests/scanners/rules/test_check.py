"""The check of a rules folder: every kind of fault is named with its place, and none does harm."""

import shutil
from pathlib import Path

import pytest

from scanners.rules import check as rule_check
from scanners.rules.check import check_rules, try_rules
from scanners.rules.records import Problem, RuleTest
from scanners.rules.trial import MAX_PROBLEMS

SHIPPED = Path(__file__).parents[3] / "rules"
RULE = """\
// a comment about rule MAL_Test_Thing_Nov26
rule MAL_Test_Thing_Nov26
{
    meta:
        id = "0e7f2b3a-1c4d-5e6f-8a9b-0c1d2e3f4a5b"
        version = "1.0"
        description = "Detects a thing"
        author = "Douane"
        date = "2026-11-23"
        reference = "https://example.com/"
        category = "MALWARE"
        malware_type = "WORM"
        family = "Thing"
        sharing = "TLP:CLEAR"
        source = "Douane"
        level = "malicious"
        basis = "published description"
        sample_seen = false
        status = "testing"
        score = 65
    strings:
        $a = "needle"
    condition:
        $a
}
"""
TEST = '[MAL_Test_Thing_Nov26]\nhits = ["a needle"]\nspares = ["a nail"]\n'


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    (tmp_path / "yara" / "tests").mkdir(parents=True)
    (tmp_path / "yara" / "thing.yar").write_text(RULE)
    shutil.copy(SHIPPED / "types.toml", tmp_path)
    (tmp_path / "yara" / "tests" / "thing.toml").write_text(TEST)
    return tmp_path


def problems(rules: Path) -> tuple[Problem, ...]:
    return check_rules(rules).problems


def rule_tests(rules: Path) -> tuple[RuleTest, ...]:
    return try_rules(rules).tests


def write_rule(rules: Path, text: str, name: str = "thing") -> None:
    (rules / "yara" / f"{name}.yar").write_text(text)


def write_test(rules: Path, text: str) -> None:
    (rules / "yara" / "tests" / "thing.toml").write_text(text)


def test_a_good_folder(rules: Path) -> None:
    assert problems(rules) == ()
    tests = rule_tests(rules)
    assert [(test.sample, test.expected, test.passed) for test in tests] == [
        ("hits[0]", True, True),
        ("spares[0]", False, True),
    ]


def test_a_set_may_have_no_rules_but_needs_its_table_of_types(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path)
    assert problem.file == "types.toml"
    shutil.copy(SHIPPED / "types.toml", tmp_path)
    assert problems(tmp_path) == ()


def test_a_syntax_error_has_its_line(rules: Path) -> None:
    write_rule(rules, RULE.replace("        $a\n}", "        $b\n}"))
    first, second = problems(rules)
    assert (first.file, first.line) == ("yara/thing.yar", 25)
    assert "undefined string" in first.problem
    assert second.problem == "no such rule compiles"


def test_a_warning_is_an_error(rules: Path) -> None:
    write_rule(rules, RULE.replace('"needle"', "/needle.*thread/"))
    first, *_ = problems(rules)
    assert (first.file, first.line) == ("yara/thing.yar", 22)
    assert "does not compile: $a contains .*" in first.problem


def test_a_broken_file_does_not_stop_the_others(rules: Path) -> None:
    write_rule(rules, "rule {", "broken")
    (problem,) = problems(rules)
    assert problem.file == "yara/broken.yar"
    assert len(rule_tests(rules)) == 2


def test_papers_are_checked_at_the_line_of_the_rule(rules: Path) -> None:
    write_rule(rules, RULE.replace('        author = "Douane"\n', ""))
    (problem,) = problems(rules)
    assert (problem.line, problem.rule) == (2, "MAL_Test_Thing_Nov26")
    assert problem.problem == "the metadata lacks author"
    assert str(problem).startswith("yara/thing.yar:2: MAL_Test_Thing_Nov26: the metadata lacks")


def test_names_are_unique_over_files(rules: Path) -> None:
    write_rule(rules, RULE, "zz_copy")
    (problem,) = problems(rules)
    assert problem.file == "yara/zz_copy.yar"
    assert "yara/thing.yar has a rule of that name" in problem.problem


def test_private_rules_need_no_papers(rules: Path) -> None:
    private = "private rule part { condition: filesize < 1MB }\n"
    write_rule(rules, private + RULE.replace("        $a\n}", "        $a and part\n}"))
    assert problems(rules) == ()


def test_a_rule_that_its_folder_would_silence_is_refused(rules: Path) -> None:
    (rules / "yara" / "pe").mkdir()
    (rules / "yara" / "thing.yar").rename(rules / "yara" / "pe" / "thing.yar")
    (problem,) = problems(rules)
    assert (problem.file, problem.line) == ("yara/pe/thing.yar", 2)
    assert problem.problem == (
        "yara/pe is tried only where uint16(0) == 0x5A4D, and the rule may match elsewhere"
    )
    assert problem.fix.startswith('begin the condition with "uint16(0) == 0x5A4D and"')


def test_a_folder_that_is_not_read_is_a_problem(rules: Path) -> None:
    (rules / "yara" / "pdf").mkdir()
    write_rule(rules, RULE, "pdf/other")
    (problem,) = problems(rules)
    assert problem.file == "yara/pdf/other.yar"
    assert problem.fix == "move it to yara/ or yara/lnk/ or yara/pe/ or yara/script/"


def test_the_proof_of_a_rule_lies_in_the_same_folder_of_tests(rules: Path) -> None:
    (rules / "yara" / "pe").mkdir()
    text = RULE.replace("Thing", "Other").replace("0e7f2b3a", "1e7f2b3a")
    text = text.replace("        $a\n}", "        uint16(0) == 0x5A4D and $a\n}")
    write_rule(rules, text, "pe/other")
    (problem,) = problems(rules)
    assert problem.fix == "write one in yara/tests/pe/other.toml"
    (rules / "yara" / "tests" / "pe").mkdir()
    proof = '[MAL_Test_Other_Nov26]\nhits = [{ pe = ["needle"] }]\nspares = ["needle"]\n'
    (rules / "yara" / "tests" / "pe" / "other.toml").write_text(proof)
    assert problems(rules) == ()


def test_includes_are_refused(rules: Path) -> None:
    write_rule(rules, f'include "{rules}/yara/thing.yar"\n', "zz_include")
    (problem,) = problems(rules)
    assert "include" in problem.problem


@pytest.mark.parametrize(
    "text, problem",
    [
        ("", "the rule has no test"),
        ('[MAL_Test_Thing_Nov26]\nspares = ["a"]', "the test has no hits"),
        ('[MAL_Test_Thing_Nov26]\nhits = ["needle"]\nspares = []', "the test has no spares"),
        (TEST.replace("a needle", "a nail"), "hits[0] is not matched"),
        (TEST.replace("a nail", "two needles"), "spares[0] is matched"),
        (TEST + "misses = []\n", "hits and spares only"),
        (TEST.replace('"a nail"', "{ hex = 'x' }"), "spares[0] cannot be made: hex holds"),
        (TEST.replace("Thing", "Other"), "no such rule compiles"),
        ("MAL_Test_Thing_Nov26 = 1", "hits and spares only"),
        ("[", "this is no TOML"),
    ],
)
def test_tests_are_checked(rules: Path, text: str, problem: str) -> None:
    write_test(rules, text)
    assert any(problem in found.problem for found in problems(rules))


def test_a_failed_sample_is_reported_as_such(rules: Path) -> None:
    write_test(rules, TEST.replace("a nail", "two needles"))
    assert [test.passed for test in rule_tests(rules)] == [True, False]


def test_unreadable_text_is_a_problem(rules: Path) -> None:
    (rules / "yara" / "latin.yar").write_bytes(b"// caf\xe9\n")
    (problem,) = problems(rules)
    assert problem.file == "yara/latin.yar"
    assert "cannot be read" in problem.problem


def test_a_rule_that_never_ends_is_ended(rules: Path) -> None:
    endless = "for all n in (1..1000000000000) : (n > 0)"
    write_rule(rules, RULE.replace("        $a\n}", f"        $a and {endless}\n}}"))
    *foreseen, problem = problems(rules)
    assert [one.line for one in foreseen] == [24, 2]  # YARA-X warns of such loops, and so do we
    assert (problem.problem, problem.fix) == (
        "hits[0] takes more than 2 s",
        "make the rule cheaper",
    )


def test_a_rule_set_that_eats_time_or_memory_is_refused(rules: Path) -> None:
    texts = "".join(f'$s{n} = "{n:08}abcdefgh" xor wide ascii\n' for n in range(2000))
    write_rule(
        rules,
        RULE.replace('$a = "needle"', '$a = "needle"\n' + texts).replace("$a\n}", "any of them }"),
    )
    assert any("slow" in problem.problem for problem in problems(rules))


def test_a_trial_that_does_not_end_is_ended(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_check, "TRIAL_SECONDS", 0.001)
    (problem,) = try_rules(rules).problems
    assert "did not end" in problem.problem


def test_a_trial_that_dies_is_a_problem(rules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_check, "TRIAL", "scanners.rules.nowhere")
    (problem,) = try_rules(rules).problems
    assert "the check failed" in problem.problem


def test_ids_are_unique_over_files(rules: Path) -> None:
    write_rule(rules, RULE.replace("MAL_Test_Thing", "MAL_Test_Other"), "zz_copy")
    write_test(rules, TEST + TEST.replace("Thing", "Other"))
    (problem,) = problems(rules)
    assert (problem.file, problem.rule) == ("yara/zz_copy.yar", "MAL_Test_Other_Nov26")
    assert problem.problem == "MAL_Test_Thing_Nov26 has the same id"


def test_slow_patterns_are_found(rules: Path) -> None:
    write_rule(rules, RULE.replace('"needle"', '"ned"'))
    write_test(rules, TEST.replace("needle", "ned"))
    (problem,) = problems(rules)
    assert (problem.line, problem.problem) == (22, "$a has less than 4 bytes: slow everywhere")


def test_yara_x_has_its_say(rules: Path) -> None:
    write_rule(rules, RULE.replace('"needle"', "/need{le/"))
    write_test(rules, TEST.replace("needle", "need{le"))
    (problem,) = problems(rules)
    assert (problem.line, problem.rule) == (22, "MAL_Test_Thing_Nov26")
    assert problem.problem == "YARA-X: invalid regular expression (E014)"


def test_the_catalogue_has_to_fit_the_rules(rules: Path) -> None:
    (rules / "catalogue").mkdir()
    (rules / "catalogue" / "thing.toml").write_text("name = 1\n")
    (problem,) = problems(rules)
    assert (problem.file, problem.line) == ("catalogue/thing.toml", 1)
    entry = 'name = "Thing"\nkind = "family"\nabout = "A thing."\nbasis = "none"\n'
    (rules / "catalogue" / "thing.toml").write_text(entry)
    (problem,) = problems(rules)
    assert problem.rule == "MAL_Test_Thing_Nov26"
    assert problem.problem == "no entry of the catalogue names the rule"


def test_findings_name_all_rules(rules: Path) -> None:
    (rules / "clamav").mkdir()
    (rules / "clamav" / "thing.ndb").write_text("Douane.Test.Thing:0:*:6e6565646c65\n")
    known = [(one.name, one.file, one.line) for one in check_rules(rules).rules]
    assert known == [
        ("MAL_Test_Thing_Nov26", "yara/thing.yar", 2),
        ("Douane.Test.Thing", "clamav/thing.ndb", 1),
    ]


BOMBS = {
    "loops": "rule x { strings: $a = /(((a{1,200}){1,200}){1,200})b/ condition: $a }",
    "brackets": f"rule x {{ condition: {'(' * 5000}true{')' * 5000} }}",
    "rules": "".join(f"rule r{n} {{ condition: filesize > {n} }}\n" for n in range(5000)),
    "texts": "rule x {{ strings: {} condition: any of them }}".format(
        "\n".join(f'$s{n} = "{n:08}abcd" nocase wide ascii' for n in range(12_000))
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_become_problems(rules: Path, bomb: str) -> None:
    write_rule(rules, BOMBS[bomb], "zz_bomb")
    found = problems(rules)
    assert {problem.file for problem in found} <= {"yara/zz_bomb.yar", "yara"}
    assert 0 < len(found) <= MAX_PROBLEMS
