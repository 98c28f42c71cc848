"""douane rules check, test: is the rule set right, and do its proofs hold?"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from douane.commands.serve import Commands
from douane.explain import printable
from douane.ruleset_check import check_ruleset
from douane.settings_file import load_settings
from scanners.rules.check import try_rules
from scanners.rules.records import RuleTest


def add(actions: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    check = actions.add_parser(
        "check",
        parents=[common],
        help="compile and test every rule, check every file",
        description="Exit status: 0 everything is right, 1 something is not.",
    )
    check.add_argument("--json", action="store_true", help="one JSON document")
    check.set_defaults(run=run_check)
    test = actions.add_parser(
        "test",
        parents=[common],
        help="hold the proofs of rules (yara/tests/) against them",
        description="Exit status: 0 every sample is hit or spared as it should be, 1 one is not.",
    )
    test.add_argument("names", nargs="*", metavar="NAME", help="only these rules")
    test.add_argument("--json", action="store_true", help="one JSON document")
    test.set_defaults(run=run_test)


def run_check(arguments: argparse.Namespace) -> int:
    rules = rules_folder(arguments)
    if not arguments.json:
        print(f"checking {rules} …", flush=True)
    found = check_ruleset(rules)
    if arguments.json:
        problems = [asdict(problem) for problem in found.problems]
        print(json.dumps({"problems": problems, "tests": len(found.tests)}, indent=2))
    else:
        for problem in found.problems:
            print(printable(problem))
        print(f"{len(found.tests)} rule tests, {len(found.problems)} problems")
    return 1 if found.problems else 0


def run_test(arguments: argparse.Namespace) -> int:
    found, names = try_rules(rules_folder(arguments)), set(arguments.names)
    tests = [test for test in found.tests if not names or test.rule in names]
    problems = [one for one in found.problems if not names or one.rule in {*names, ""}]
    if arguments.json:
        rows = [{**asdict(test), "passed": test.passed} for test in tests]
        shown = [asdict(problem) for problem in problems]
        print(json.dumps({"tests": rows, "problems": shown}, indent=2))
    else:
        for test in tests if names else [test for test in tests if not test.passed]:
            print(_line(test))
        for problem in problems:
            print(printable(problem))
        print(f"{len(tests)} rule tests, {len(problems)} problems")
    return 1 if problems else 0


def rules_folder(arguments: argparse.Namespace) -> Path:
    return load_settings(arguments.config).settings.rules.directory


def _line(test: RuleTest) -> str:
    said = "matched" if test.actual else "spared"
    return printable(f"{'ok   ' if test.passed else 'WRONG'} {test.rule} {test.sample} {said}")
