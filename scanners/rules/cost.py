"""What YARA rules may cost, in milliseconds of processor time a MiB."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter

from scanners.rules.records import Cost, Problem
from scanners.rules.throwaway import run_throwaway

MOST_MS = 3.0
"""Of the whole set on any kind of content, where one rule costs ONE_RULE_MS."""
ONE_RULE_MS = 0.9
"""Measured on the machine that the limits were set on: slower ones may take longer."""
MEASURE_SECONDS = 400
AGAIN = 2
FIX = "a condition whose first texts are few, long and rare, a folder that keeps the rule from most"
NAMED = 3
"""Of the dearest rules, in the fix."""


def measure_cost(rules: Path) -> Cost:
    """Return what the rules of a set that compiles cost; raise ThrowawayFailed.  Takes seconds.

    What seems too dear is measured again: beside busy neighbours the same work takes longer.
    """
    cost = _measured(rules)
    for _ in range(AGAIN):
        if not any(cost_problems(cost)):
            break
        cost = min(cost, _measured(rules), key=lambda one: len(list(cost_problems(one))))
    return cost


def _measured(rules: Path) -> Cost:
    folder = str(rules.resolve())
    said = run_throwaway("scanners.rules.cost_measure", folder, seconds=MEASURE_SECONDS)
    return TypeAdapter(Cost).validate_python(said)


def cost_problems(cost: Cost) -> Iterator[Problem]:
    """Yield what is too dear, by what this machine takes for one rule."""
    slowness = max(1.0, cost.one_rule / ONE_RULE_MS)
    for name, engine in (("yara-python", cost.yara), ("YARA-X", cost.yara_x)):
        if engine is None:
            continue
        kind, ms = max(engine.kinds.items(), key=lambda entry: entry[1])
        if ms > MOST_MS * slowness:
            said = f"all rules take {ms:.1f} ms a MiB of kind {kind} in {name}"
            names = ", ".join(f"{rule.rule} ({rule.pattern})" for rule in cost.dearest[:NAMED])
            fix = f"begin with {names}: {FIX}"
            yield Problem("yara", 0, "", f"{said}, more than {MOST_MS * slowness:.1f}", fix)
