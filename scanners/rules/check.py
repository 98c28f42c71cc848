"""Check a rules folder: does everything compile, carry its papers, and do what its tests say?

For `douane rules check` and the test-suite.  Needs no running service and changes nothing.
"""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from scanners.rules.clamav import check_clamav
from scanners.rules.lists import check_lists
from scanners.rules.records import Problem, RuleFindings, RuleTest

PROJECT = Path(__file__).parents[2]
TRIAL_SECONDS = 90
MAX_OUTPUT = 16 * 1024 * 1024


def check_rules(rules: Path) -> RuleFindings:
    """Return everything that is wrong with what the scanners read in the folder."""
    found = try_rules(rules)
    problems = (*found.problems, *check_clamav(rules), *check_lists(rules))
    return replace(found, problems=problems)


def try_rules(rules: Path) -> RuleFindings:
    """Compile and test the YARA rules in a process with limits on memory and time."""
    command = [sys.executable, "-m", "scanners.rules.trial", str(rules.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            command, cwd=PROJECT, capture_output=True, timeout=TRIAL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed(f"the check did not end within {TRIAL_SECONDS} s")
    if done.returncode < 0:
        return _failed(f"the check was ended by signal {-done.returncode}")
    if done.returncode or len(done.stdout) > MAX_OUTPUT:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        return _failed(f"the check failed: {lines[-1] if lines else 'no message'}")
    return _findings(done.stdout)


def _failed(problem: str) -> RuleFindings:
    fix = "check the files one by one: a rule needs too much memory or time, or breaks the engine"
    return RuleFindings(problems=(Problem("yara", 0, "", problem, fix),))


def _findings(data: bytes) -> RuleFindings:
    found = json.loads(data)
    return RuleFindings(
        tuple(Problem(**problem) for problem in found["problems"]),
        tuple(RuleTest(**test) for test in found["tests"]),
    )
