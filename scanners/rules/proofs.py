"""The proofs that rules carry: samples they must hit and must spare, from yara/tests/*.toml."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yara

from samples.recipes import RecipeError, build
from scanners.rules.records import KnownRule, Problem, RuleTest

MATCH_SECONDS = 2  # a sample is small: a good rule needs a thousandth of it


@dataclass(slots=True)
class Proofs:
    """Proofs of the rules that compiled; problems and tests gather as they run."""

    compiled: yara.Rules
    first_look: yara.Rules
    """Live traffic meets these first: they match whatever the others do."""
    rules: Mapping[str, KnownRule]
    problems: list[Problem] = field(default_factory=list)
    tests: list[RuleTest] = field(default_factory=list)
    _tested: set[str] = field(default_factory=set)

    def run(self, texts: Mapping[str, str]) -> None:
        """Run all files, given by their path in the rules folder; complain of rules without."""
        for file, text in texts.items():
            try:
                tables = tomllib.loads(text)
            except (tomllib.TOMLDecodeError, RecursionError) as error:
                self._report(file, "", f"this is no TOML: {error}", "correct the file")
                continue
            for rule, table in tables.items():
                if rule in self.rules:
                    self._tested.add(rule)
                    self._run_table(file, rule, table)
                else:
                    self._report(file, rule, "no such rule compiles", "correct the name")
        for known in self.rules.values():
            if known.name not in self._tested:
                place = Path(known.file).relative_to("yara").with_suffix(".toml")
                fix = f"write one in yara/tests/{place}"
                said = "the rule has no test"
                self.problems.append(Problem(known.file, known.line, known.name, said, fix))

    def _report(self, file: str, rule: str, problem: str, fix: str) -> None:
        self.problems.append(Problem(file, 0, rule, problem, fix))

    def _run_table(self, file: str, rule: str, table: object) -> None:
        if not isinstance(table, dict) or not set(table) <= {"hits", "spares"}:
            self._report(file, rule, "a test has hits and spares only", "remove the rest")
            return
        for key, expected in (("hits", True), ("spares", False)):
            samples = table.get(key)
            if not isinstance(samples, list) or not samples:
                fix = "add one that matches" if expected else "add a near miss"
                self._report(file, rule, f"the test has no {key}", fix)
                continue
            for number, recipe in enumerate(samples):
                sample = f"{key}[{number}]"
                for problem, fix in self._run_sample(file, rule, sample, recipe, expected=expected):
                    self._report(file, rule, f"{sample} {problem}", fix)

    def _run_sample(
        self, file: str, rule: str, sample: str, recipe: object, *, expected: bool
    ) -> Iterator[tuple[str, str]]:
        try:
            data = build(recipe)
            seen = self.first_look.match(data=data, fast=True, timeout=MATCH_SECONDS)
            matches = self.compiled.match(data=data, fast=True, timeout=MATCH_SECONDS)
        except RecipeError as error:
            yield f"cannot be made: {error}", "correct the sample"
            return
        except yara.TimeoutError:
            yield f"takes more than {MATCH_SECONDS} s", "make the rule cheaper"
            return
        except yara.Error as error:
            yield f"stops libyara: {error}", "correct the rule"
            return
        actual = all(rule in {match.rule for match in found} for found in (seen, matches))
        self.tests.append(RuleTest(file, rule, sample, expected, actual))
        if actual != expected:
            yield ("is matched" if actual else "is not matched"), "correct the rule or the sample"
