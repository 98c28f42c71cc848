"""YARA: the analysts' own rules, from rules/yara/."""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yara

from scanners.budget import Budget
from scanners.errors import DeadlinePassed, EngineDown, ScannerError
from scanners.model import Code, Content, Detection, DetectionLevel, Report, Unscanned
from scanners.rules.first_look import first_look
from scanners.rules.folders import (
    FOLDERS,
    RuleFolder,
    folder_name,
    meets_demand,
    rule_conditions,
    rule_files,
    size_bound,
)

MAX_DETAIL = 300
"""Characters of a rule's description that go into a detection."""


class RuleError(ValueError):
    """A rule file that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class _RuleSet:
    """The rules of one folder, compiled, and what is known of all contents they can match."""

    folder: RuleFolder
    rules: yara.Rules
    first_look: yara.Rules | None
    """Cheaper rules, one of which matches whatever the rules match; None if none are cheaper."""
    largest: int | None
    """Bytes; None: any size."""
    by_file: tuple[yara.Rules, ...]
    """The same rules once more, for contents on which one of them breaks the engine."""

    def admits(self, view: memoryview) -> bool:
        return self.folder.admits(view) and (self.largest is None or len(view) <= self.largest)

    def match(
        self, view: memoryview, budget: Budget
    ) -> tuple[list[yara.Match], list[ScannerError]]:
        """Return what matched, and what went wrong: one rule hides no other file's rules."""
        try:
            return self._match_at_once(view, budget), []
        except EngineDown:
            return _match_each(self.by_file, view, budget)
        except ScannerError as error:
            return [], [error]

    def _match_at_once(self, view: memoryview, budget: Budget) -> list[yara.Match]:
        if self.first_look is not None and not _match(self.first_look, view, budget):
            return []
        return _match(self.rules, view, budget)


class YaraScanner:
    """Matches each content against the rules that can match it, compiled once.

    Most contents meet only the cheaper rules of the first look, which find nothing.

    libyara marks strings one by one and stops at a million matches of one (a warning that only
    says so: the condition is still answered, so the callback has nothing to add).
    """

    name = "yara"

    def __init__(self, sources: Mapping[str, str]) -> None:
        """Take rule files by name, as `read_sources` does.

        Raise RuleError for a rule that does not compile, warns, states no level, or does not
        demand what its folder takes for granted.
        """
        bounds: dict[str, list[int | None]] = {}
        alone: dict[str, list[yara.Rules]] = {}
        for file, source in sources.items():  # one by one, for libyara's errors name no file
            rules, limits = _check(file, source)
            bounds.setdefault(folder_name(file), []).extend(limits)
            alone.setdefault(folder_name(file), []).append(rules)
        self._sets = tuple(
            _rule_set(folder, sources, limits, alone[folder])
            for folder, limits in sorted(bounds.items())
        )

    def scan(self, content: Content, budget: Budget) -> Report:
        """Return what matched, and one gap a reason if a set of rules could not finish."""
        found: list[Detection] = []
        gaps: set[Unscanned] = set()
        for rule_set in self._sets:
            if rule_set.admits(content.view):
                matches, errors = rule_set.match(content.view, budget)
                gaps.update(Unscanned(self.name, one.reason, content.path) for one in errors)
                found += (self._detection(match, content) for match in matches)
        return Report(detections=tuple(found), unscanned=tuple(gaps))

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
    """Return the rule files of a folder by path without suffix, e.g. "eicar", "pe/worm_choke"."""
    return {
        path.relative_to(folder).with_suffix("").as_posix(): path.read_text("utf-8")
        for path in rule_files(folder)
    }


def _check(file: str, source: str) -> tuple[yara.Rules, list[int | None]]:
    """Return the rules of a file and the size bound of each that can be told; raise RuleError."""
    folder = FOLDERS.get(folder_name(file))
    if folder is None:
        raise RuleError(f"{file}: no rules are read from this folder")
    conditions = rule_conditions(source)
    bounds = []
    rules = _compile({file: source}, file)
    for rule in rules:
        if rule.is_private:  # a part of other rules
            continue
        _level(rule.identifier, rule.meta)
        condition = conditions.get(rule.identifier, "")
        if not meets_demand(folder, condition):
            said = f'in {file} the condition has to begin with "{folder.demand} and"'
            raise RuleError(f"rule {rule.identifier}: {said}")
        bounds.append(size_bound(condition))
    return rules, bounds


def _rule_set(
    folder: str, sources: Mapping[str, str], bounds: list[int | None], alone: list[yara.Rules]
) -> _RuleSet:
    own = {file: source for file, source in sources.items() if folder_name(file) == folder}
    look = first_look(own)
    cheaper = None if look == own else _compile(look, f"the first look of {folder or 'yara'}/")
    return _RuleSet(FOLDERS[folder], _compile(own), cheaper, _largest(bounds), tuple(alone))


def _largest(bounds: list[int | None]) -> int | None:
    """Return the largest bound, None if one rule has none; -1, no content at all, for no rules."""
    known = [bound for bound in bounds if bound is not None]
    return max(known, default=-1) if len(known) == len(bounds) else None


def _match_each(
    files: tuple[yara.Rules, ...], view: memoryview, budget: Budget
) -> tuple[list[yara.Match], list[ScannerError]]:
    """Match file by file, each as far as it goes."""
    found: list[yara.Match] = []
    errors: list[ScannerError] = []
    for rules in files:
        try:
            found += _match(rules, view, budget)
        except ScannerError as error:
            errors.append(error)
    return found, errors


def _match(rules: yara.Rules, view: memoryview, budget: Budget) -> list[yara.Match]:
    try:
        matches: list[yara.Match] = rules.match(
            data=view,
            fast=True,
            timeout=math.ceil(budget.seconds_left()),
            warnings_callback=_carry_on,
        )
    except yara.TimeoutError as error:
        raise DeadlinePassed("yara") from error
    except yara.Error as error:
        raise EngineDown("yara could not finish") from error
    return matches


def _compile(sources: dict[str, str], said: str = "all files") -> yara.Rules:
    if any("\0" in source for source in sources.values()):  # C would take it for the end
        raise RuleError(f"{said}: a rule file must not hold a NUL byte; remove it")
    try:
        rules = yara.compile(sources=sources, includes=False, error_on_warning=True)
    except yara.Error as error:
        raise RuleError(f"{said}: {error}") from error
    return _compact(rules)


def _compact(rules: yara.Rules) -> yara.Rules:
    """Return the same rules in a hundredth of the memory: a compiler leaves 7 MiB around each."""
    stream = io.BytesIO()
    rules.save(file=stream)
    stream.seek(0)
    return yara.load(file=stream)


def _level(rule: str, meta: dict[str, object]) -> DetectionLevel:
    try:
        return DetectionLevel(str(meta.get("level")))
    except ValueError as error:
        raise RuleError(f"rule {rule}: level must be info, suspicious or malicious") from error


def _carry_on(warning: int, matched: object) -> int:
    return int(yara.CALLBACK_CONTINUE)
