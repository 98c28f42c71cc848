"""YARA: the analysts' own rules, from rules/yara/."""

import math
from pathlib import Path

import yara

from scanners.budget import Budget
from scanners.errors import DeadlinePassed, EngineDown
from scanners.model import Code, Content, Detection, DetectionLevel, Report

MAX_DETAIL = 300
"""Characters of a rule's description that go into a detection."""


class RuleError(ValueError):
    """A rule file that cannot be used; the message names it."""


class YaraScanner:
    """Matches each content against all rules, compiled once.

    libyara marks strings one by one and stops at a million matches of one (a warning that only
    says so: the condition is still answered, so the callback has nothing to add).
    """

    name = "yara"

    def __init__(self, sources: dict[str, str]) -> None:
        """Compile; raise RuleError for a rule that does not compile, warns or states no level."""
        for stem, source in sources.items():  # one by one, for libyara's errors name no file
            _compile({stem: source}, stem)
        self._rules = _compile(sources, "all files")
        for rule in self._rules:
            if not rule.is_private:
                _level(rule.identifier, rule.meta)

    def scan(self, content: Content, budget: Budget) -> Report:
        try:
            matches = self._rules.match(
                data=content.view,
                fast=True,
                timeout=math.ceil(budget.seconds_left()),
                warnings_callback=_carry_on,
            )
        except yara.TimeoutError as error:
            raise DeadlinePassed("yara") from error
        except yara.Error as error:
            raise EngineDown("yara could not finish") from error
        return Report(detections=tuple(self._detection(match, content) for match in matches))

    def _detection(self, match: yara.Match, content: Content) -> Detection:
        return Detection(
            Code.SIGNATURE_YARA,
            self.name,
            match.rule,
            _level(match.rule, match.meta),
            content.path,
            str(match.meta.get("description", ""))[:MAX_DETAIL],
        )


def read_sources(folder: Path) -> dict[str, str]:
    """Return the rule files of a folder by stem, which is their namespace in YARA's messages."""
    return {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.yar"))}


def _compile(sources: dict[str, str], said: str) -> yara.Rules:
    try:
        return yara.compile(sources=sources, includes=False, error_on_warning=True)
    except yara.Error as error:
        raise RuleError(f"{said}: {error}") from error


def _level(rule: str, meta: dict[str, object]) -> DetectionLevel:
    try:
        return DetectionLevel(str(meta.get("level")))
    except ValueError as error:
        raise RuleError(f"rule {rule}: level must be info, suspicious or malicious") from error


def _carry_on(warning: int, matched: object) -> int:
    return int(yara.CALLBACK_CONTINUE)
