"""Proofs run against what compiled; whatever is wrong with one is told, and the rest still runs."""

import pytest
import yara

from scanners.rules.proofs import Proofs
from scanners.rules.records import KnownRule

SOURCE = """\
rule One { strings: $a = "needle" condition: $a }
rule Two { condition: for all n in (1..1000000000000) : (n > 0) }
"""
GOOD = '[One]\nhits = ["a needle"]\nspares = ["a nail"]\n'


@pytest.fixture
def proofs() -> Proofs:
    known = KnownRule("One", "yara/pe/one.yar", 1)
    compiled = yara.compile(source=SOURCE.splitlines()[0])
    return Proofs(compiled, compiled, {"One": known})


def said(proofs: Proofs) -> list[tuple[str, str, str]]:
    return [(one.file, one.rule, one.problem) for one in proofs.problems]


def test_samples_are_hit_or_spared(proofs: Proofs) -> None:
    proofs.run({"one.toml": GOOD})
    assert said(proofs) == []
    tests = [(one.sample, one.expected, one.actual, one.passed) for one in proofs.tests]
    assert tests == [("hits[0]", True, True, True), ("spares[0]", False, False, True)]


def test_a_rule_without_proof_is_told_where_it_belongs(proofs: Proofs) -> None:
    proofs.run({})
    (problem,) = proofs.problems
    assert (problem.file, problem.line) == ("yara/pe/one.yar", 1)
    assert problem.fix == "write one in yara/tests/pe/one.toml"


@pytest.mark.parametrize("text", ["[", f"a = {'[' * 5000}"])
def test_what_is_no_toml_does_not_stop_the_rest(proofs: Proofs, text: str) -> None:
    proofs.run({"a.toml": text, "one.toml": GOOD})
    ((file, _, problem),) = said(proofs)
    assert file == "a.toml"
    assert problem.startswith("this is no TOML")
    assert len(proofs.tests) == 2


def test_a_sample_that_takes_too_long_is_given_up() -> None:
    known = {"Two": KnownRule("Two", "yara/two.yar", 2)}
    compiled = yara.compile(source=SOURCE)
    proofs = Proofs(compiled, compiled, known)
    proofs.run({"two.toml": '[Two]\nhits = ["x"]\nspares = [{ hex = "zz" }]\n'})
    assert said(proofs) == [
        ("two.toml", "Two", "hits[0] takes more than 2 s"),
        (
            "two.toml",
            "Two",
            "spares[0] cannot be made: hex holds something else than hexadecimal digits",
        ),
    ]
    assert proofs.tests == []


def test_a_hit_has_to_be_seen_by_the_first_look_too() -> None:
    compiled, blind = (
        yara.compile(source=SOURCE.splitlines()[0].replace("needle", text))
        for text in ("needle", "nail")
    )
    proofs = Proofs(compiled, blind, {"One": KnownRule("One", "yara/pe/one.yar", 1)})
    proofs.run({"one.toml": GOOD})
    assert said(proofs) == [("one.toml", "One", "hits[0] is not matched")]
