"""Check a rules folder: does everything compile, carry its papers, and do what its tests say?

Needs no running service and changes nothing.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from scanners.rules.catalogue import CatalogueError, catalogue_problems, read_catalogue
from scanners.rules.clamav import check_clamav
from scanners.rules.cost import cost_problems, measure_cost
from scanners.rules.goodware import Progress, check_goodware
from scanners.rules.lists import check_lists
from scanners.rules.records import Cost, KnownRule, Problem, RuleFindings
from scanners.rules.skeletons import unwritten
from scanners.rules.throwaway import ThrowawayFailed, run_throwaway

TRIAL = "scanners.rules.trial"
TRIAL_SECONDS = 90
MEASUREMENTS = 4
TRIAL_FIX = "check the files one by one: a rule needs too much memory or time, or breaks the engine"


def check_rules(rules: Path) -> RuleFindings:
    """Return everything that is wrong with what the scanners read in the folder, in a second."""
    with ThreadPoolExecutor(1) as beside:  # both wait for processes of their own
        signatures = beside.submit(check_clamav, rules)
        found = try_rules(rules)
        clamav = signatures.result()
    known = (*found.rules, *clamav.rules)
    problems = (
        *found.problems,
        *clamav.problems,
        *check_lists(rules),
        *_catalogue_problems(rules, known),
        *unwritten(rules),
    )
    return replace(found, problems=problems, rules=known, unchecked=clamav.unchecked)


def prove_rules(
    rules: Path, found: RuleFindings, folders: Sequence[Path], progress: Progress
) -> RuleFindings:
    """Add to the findings what the rules cost, and what fires on the honest files in the folders.

    Takes minutes; for rules that compile.
    """
    progress("measuring what the rules cost")
    try:
        cost, dear = _measure(rules)
    except ThrowawayFailed as error:
        problem = Problem("yara", 0, "", f"measuring the cost {error}", TRIAL_FIX)
        return replace(found, problems=(*found.problems, problem))
    goodware, problems = check_goodware(rules, found.rules, folders, progress)
    problems = (*found.problems, *dear, *problems)
    return replace(found, problems=problems, cost=cost, goodware=goodware)


def _measure(rules: Path) -> tuple[Cost, tuple[Problem, ...]]:
    """Return what the rules cost, and what is too dear also when it is measured again.

    On a busy machine something else may take the processor's memory away for a while.
    """
    for _ in range(MEASUREMENTS):
        cost = measure_cost(rules)
        problems = tuple(cost_problems(cost))
        if not problems:
            break
    return cost, problems


def try_rules(rules: Path) -> RuleFindings:
    """Compile and test the YARA rules in a process with limits on memory and time."""
    try:
        found = run_throwaway(TRIAL, str(rules.resolve()), seconds=TRIAL_SECONDS)
    except ThrowawayFailed as error:
        problem = Problem("yara", 0, "", f"the check {error}", TRIAL_FIX)
        return RuleFindings(problems=(problem,))
    return TypeAdapter(RuleFindings).validate_python(found)


def _catalogue_problems(rules: Path, known: tuple[KnownRule, ...]) -> Iterator[Problem]:
    try:
        entries = read_catalogue(rules)
    except CatalogueError as error:
        yield Problem(error.file, error.line, "", error.message, "correct the entry")
        return
    if entries and known:
        yield from catalogue_problems(entries, [rule.name for rule in known])
