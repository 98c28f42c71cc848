"""What a check of the rules says: problems, the rules there are, the tests that ran, the cost."""

from collections.abc import Mapping
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
class KnownRule:
    """A YARA rule or a ClamAV signature that can show in a verdict."""

    name: str
    file: str
    """Relative to the rules folder."""
    line: int
    """From 1; 0 if it could not be found."""


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
class RuleCost:
    """What one rule costs beyond what any tried rule does: milliseconds of processor a MiB."""

    rule: str
    file: str
    line: int
    ms_per_mib: float
    pattern: str
    """Its dearest pattern."""
    pattern_ms: float
    """What that one costs by itself, in the same measure."""


@dataclass(frozen=True, slots=True)
class EngineCost:
    """What all rules cost in one engine, in milliseconds of processor time a MiB."""

    ms_per_mib: float
    """The mean of all kinds of content."""
    kinds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Cost:
    """What the YARA rules cost, in milliseconds of processor time a MiB."""

    yara: EngineCost
    """In yara-python, each kind of content tried as in live traffic."""
    yara_x: EngineCost | None
    """In YARA-X, on everything: there are no folders in it.  None where the system lets no program
    make code, as our systemd unit does."""
    one_rule: float
    """One rule of one text, the yardstick of this machine: 0.9 where the limits were set."""
    dearest: tuple[RuleCost, ...]
    """Each on the content that is worst for it; the dearest first."""


@dataclass(frozen=True, slots=True)
class GoodwareHit:
    """A rule or signature that fired on an honest file."""

    rule: str
    path: str
    """As can be printed: what is no UTF-8 is escaped."""


@dataclass(frozen=True, slots=True)
class Goodware:
    """Honest files that were held against all rules and signatures."""

    files: int
    bytes: int
    skipped: int
    """Too large, or not readable."""
    hits: tuple[GoodwareHit, ...]
    ms_per_mib: float
    """Processor time of yara-python, as live traffic would try the rules."""


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """All that a check of a rules folder yields."""

    problems: tuple[Problem, ...] = ()
    tests: tuple[RuleTest, ...] = ()
    rules: tuple[KnownRule, ...] = ()
    """In order of file and line."""
    cost: Cost | None = None
    """None: not measured."""
    goodware: Goodware | None = None
    """None: not tried."""
    unchecked: tuple[str, ...] = ()
    """What could not be checked on this machine, in a sentence each."""
