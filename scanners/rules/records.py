"""What a check of the rules says: problems, and the tests that ran."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the rules, and what to do about it."""

    file: str
    """Relative to the rules folder."""
    line: int
    """From 1; 0 if the problem is not on one line."""
    rule: str
    """Rule or signature name; empty if the problem is the file's."""
    problem: str
    fix: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        subject = f"{self.rule}: " if self.rule else ""
        return f"{place}: {subject}{self.problem}; {self.fix}"


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One sample of `rules/yara/tests/NAME.toml` held against its rule."""

    file: str
    """The TOML file, relative to the rules folder."""
    rule: str
    sample: str
    """Which sample: "hits[0]", "spares[2]"."""
    expected: bool
    """The rule must match (hits) or must not (spares)."""
    actual: bool

    @property
    def passed(self) -> bool:
        return self.expected == self.actual


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """All that one trial of a rules folder yields."""

    problems: tuple[Problem, ...] = ()
    tests: tuple[RuleTest, ...] = ()
