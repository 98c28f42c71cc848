"""douane rules check, test: is the rule set right, and do its proofs hold?"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from douane.commands.parsers import Commands
from douane.explain import printable
from douane.ruleset_check import check_ruleset
from douane.settings_file import load_settings
from scanners.rules.check import try_rules
from scanners.rules.goodware import default_folders
from scanners.rules.records import Cost, RuleFindings, RuleTest

FAILED = 2
CHECK_HELP = """\
Compile and test every rule, in yara-python and in YARA-X; load the signatures in ClamAV; check
policy, channels, types, catalogue and lists.  Takes a second.  With --goodware, minutes: nothing
may fire on honest files, and the cost of the rules is measured.
"""
STATUS = """\
exit status: 0 everything is right, 1 something is not, 2 it could not be checked
"""


def add(actions: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    check = actions.add_parser(
        "check",
        parents=[common],
        help="compile and test every rule, check every file",
        description=CHECK_HELP,
        epilog=STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument(
        "--goodware",
        nargs="*",
        type=Path,
        metavar="DIR",
        help="also hold honest files against the rules, by default those of [rules] honest_files, "
        "or " + " ".join(map(str, default_folders())),
    )
    check.add_argument("--json", action="store_true", help="one JSON document")
    check.set_defaults(run=run_check)
    test = actions.add_parser(
        "test",
        parents=[common],
        help="hold the proofs of rules (yara/tests/) against them",
        description="Name rules to see each of their samples.",
        epilog=STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    test.add_argument("names", nargs="*", metavar="NAME", help="only these rules")
    test.add_argument("--json", action="store_true", help="one JSON document")
    test.set_defaults(run=run_test)


def run_check(arguments: argparse.Namespace) -> int:
    rules, goodware = rules_folder(arguments), arguments.goodware
    if goodware is not None:
        settings = load_settings(arguments.config).settings
        goodware = goodware or settings.rules.honest_files or default_folders()
        for folder in goodware:
            folder.stat()  # a misspelt folder proves nothing: the command fails
    if not arguments.json:
        print(f"checking {rules} …", flush=True)
    found = check_ruleset(rules, goodware=goodware or (), progress=_progress)
    if arguments.json:
        print(json.dumps(_document(found), indent=2))
    else:
        for line in _lines(found):
            print(printable(line))
    return 1 if found.problems else 0


def run_test(arguments: argparse.Namespace) -> int:
    found, names = try_rules(rules_folder(arguments)), set(arguments.names)
    if unknown := names - {rule.name for rule in found.rules}:
        said = f"no rule compiles that is called {', '.join(sorted(unknown))}"
        print(f"douane: {printable(said)}; see `douane rules check`", file=sys.stderr)
        return FAILED
    tests = [test for test in found.tests if not names or test.rule in names]
    problems = [one for one in found.problems if not names or one.rule in names]
    if arguments.json:
        rows = [{**asdict(test), "passed": test.passed} for test in tests]
        shown = [asdict(problem) for problem in problems]
        print(json.dumps({"problems": shown, "tests": rows}, indent=2))
    else:
        for test in tests if names else ():
            print(printable(_test_line(test)))
        for problem in problems:
            print(printable(problem))
        print(f"{len(tests)} rule tests, {len(problems)} problems")
    return 1 if problems else 0


def rules_folder(arguments: argparse.Namespace) -> Path:
    """Return the folder of rules that the settings name; raise OSError if it is none."""
    rules = load_settings(arguments.config).settings.rules.directory
    if not rules.is_dir():
        raise NotADirectoryError(f"{rules} is no folder; [rules] directory names the rules")
    return rules


def _progress(said: str) -> None:
    print(f"{said} …", file=sys.stderr, flush=True)


def _document(found: RuleFindings) -> dict[str, object]:
    return {
        "problems": [asdict(problem) for problem in found.problems],
        "tests": len(found.tests),
        "unchecked": found.unchecked,
        "cost": found.cost and asdict(found.cost),
        "goodware": found.goodware and asdict(found.goodware),
    }


def _lines(found: RuleFindings) -> Iterator[str]:
    yield from map(str, (*found.problems, *found.unchecked))
    if found.cost:
        yield from cost_lines(found.cost)
    if honest := found.goodware:
        size = f"{honest.files:,} honest files, {honest.bytes / 1024**2:,.0f} MiB"
        spent = f"{honest.ms_per_mib:.1f} ms a MiB"
        yield f"{size}: {len(honest.hits)} hits, {honest.skipped} skipped, {spent}"
    yield f"{len(found.tests)} rule tests, {len(found.problems)} problems"


def cost_lines(cost: Cost) -> Iterator[str]:
    """Yield what all rules cost in each engine, and the dearest with their dearest pattern."""
    for name, engine in (("yara-python", cost.yara), ("YARA-X", cost.yara_x)):
        if engine is None:
            yield f"not measured in {name}: this system lets no program make code"
            continue
        kinds = ", ".join(f"{kind} {ms:.1f}" for kind, ms in engine.kinds.items())
        yield f"all rules take {engine.ms_per_mib:.1f} ms a MiB in {name}: {kinds}"
    for rule in cost.dearest:
        most = f"{rule.pattern} {rule.pattern_ms:.2f}"
        said = f"{rule.ms_per_mib:.2f} ms a MiB beyond one rule of one text, {most}"
        yield f"  {rule.rule:<44} {said}"


def _test_line(test: RuleTest) -> str:
    said = "matched" if test.actual else "spared"
    return f"{'ok   ' if test.passed else 'WRONG'} {test.rule} {test.sample} {said}"
