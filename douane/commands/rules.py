"""douane rules: check what analysts own before it serves."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from douane.commands.serve import Commands
from douane.settings_file import load_settings
from icap_server.payload.channels import Channels
from scanners.known_members import read_known_members
from scanners.passwords.keyring import read_listed
from scanners.rules.check import try_rules
from scanners.rules.records import Problem
from scanners.text_list import ListMalformed
from verdicts.policy import Policy
from verdicts.rule_file import RuleFileError

FIX = "Correct the line; docs/policy.md and the file's own comments list what may stand there."

EXAMPLES = """\
examples:
  douane rules check
  douane rules check --json
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "rules",
        help="check rules, signatures, policy and channels",
        description="What analysts own: see rules/README.md.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = command.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser(
        "check",
        parents=[common],
        help="compile and test every rule, check every file",
        description="Exit status: 0 everything is right, 1 something is not.",
    )
    check.add_argument("--json", action="store_true", help="one JSON document")
    check.set_defaults(run=run_check)


def run_check(arguments: argparse.Namespace) -> int:
    rules = load_settings(arguments.config).settings.rules.directory
    if not arguments.json:
        print(f"checking {rules} …", flush=True)
    found = try_rules(rules)
    problems = [*found.problems, *_settings_problems(rules)]
    if arguments.json:
        document = {
            "problems": [asdict(problem) for problem in problems],
            "tests": len(found.tests),
        }
        print(json.dumps(document, indent=2))
    else:
        for problem in problems:
            print(problem)
        print(f"{len(found.tests)} rule tests, {len(problems)} problems")
    return 1 if problems else 0


def _settings_problems(rules: Path) -> list[Problem]:
    """Return what is wrong with the policy, the channel table and the lists."""
    problems = []
    for read, name in ((Policy.read, "policy.toml"), (Channels.read, "channels.toml")):
        try:
            read(rules / name)
        except RuleFileError as error:
            problems.append(Problem(name, error.line, "", error.message, FIX))
    for read_list, name in ((read_known_members, "members.txt"), (read_listed, "passwords.txt")):
        try:
            read_list(rules / name)
        except ListMalformed as error:
            problems.append(Problem(name, error.line, "", error.said, FIX))
    return problems
