"""One clause of the policy: when it matches a transfer and its verdict."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from scanners.model import Code, Detection, DetectionLevel, Level, Reason
from verdicts.conclude import LEVELS
from verdicts.model import Action, Transfer, Verdict


class Mode(StrEnum):
    ENFORCE = "enforce"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a clause may look at."""

    verdict: Verdict
    transfer: Transfer
    size: float
    """Bytes; infinite for a stream without end."""


Test = Callable[[Case], bool]


@dataclass(frozen=True, slots=True)
class Weights:
    """What a clause asks of the verdict: its keys `level`, `codes` and `reasons`."""

    levels: frozenset[Level] = frozenset()
    with_info: bool = False
    """`level` names "info": any level will do, and `codes` looks at info detections too."""
    codes: frozenset[Code] = frozenset()
    reasons: frozenset[Reason] = frozenset()

    def touch(self, verdict: Verdict) -> bool:
        """Say whether of each key that is given at least one value is in the verdict."""
        return (
            (not self.levels or self.with_info or verdict.level in self.levels)
            and (not self.reasons or any(p.reason in self.reasons for p in verdict.unscanned))
            and (not self.codes or any(map(self._names, verdict.detections)))
        )

    def excuse(self, verdict: Verdict) -> bool:
        """Say whether everything that speaks against the transfer is named.

        Else a clause that lets encrypted files pass would let pass an encrypted *and* too large
        one, or an encrypted one with a disguised program beside it.
        """
        return all(
            part.reason in self.reasons if self.reasons else Level.UNKNOWN in self.levels
            for part in verdict.unscanned
        ) and all(
            found.code in self.codes if self.codes else LEVELS[found.level] in self.levels
            for found in verdict.detections
            if found.level is not DetectionLevel.INFO
        )

    def _names(self, found: Detection) -> bool:
        return found.code in self.codes and (
            self.with_info or found.level is not DetectionLevel.INFO
        )


ANYTHING = Weights()


@dataclass(frozen=True, slots=True)
class Clause:
    """One [[clause]] of rules/policy.toml.  A key that is left out matches everything."""

    name: str
    action: Action
    mode: Mode = Mode.ENFORCE
    weights: Weights = ANYTHING
    tests: tuple[Test, ...] = ()
    """One for each key that looks at the transfer, as it is known before its content."""
    content_tests: tuple[Test, ...] = ()
    """One for each key that needs the content: its type, its size."""
    keys: frozenset[str] = frozenset()
    """Names of the keys behind `tests`."""

    @property
    def asks_content(self) -> bool:
        """Whether it takes an inspection to know if the clause matches."""
        return self.weights != ANYTHING or bool(self.content_tests)

    def may_match(self, case: Case) -> bool:
        """Say whether nothing that is known before the content keeps the clause from matching."""
        return all(test(case) for test in self.tests)

    def matches(self, case: Case) -> bool:
        """Blocking: anything named is there.  Allowing: besides, nothing else is there.

        An allowing clause that asks nothing of the verdict allows whatever was found.
        """
        if not self.weights.touch(case.verdict):
            return False
        must_excuse = self.action is Action.ALLOW and self.weights != ANYTHING
        if must_excuse and not self.weights.excuse(case.verdict):
            return False
        return self.may_match(case) and all(test(case) for test in self.content_tests)
