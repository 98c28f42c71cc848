"""douane doctor: is every part there and healthy, and if not, what to do."""

import argparse
import json
from dataclasses import asdict

from douane.commands.parsers import Commands
from douane.doctor import examine_parts
from douane.explain import printable
from douane.finding import Health
from douane.settings_file import load_settings

SIGNS = {Health.OK: "ok      ", Health.WARNING: "warning ", Health.BROKEN: "BROKEN  "}

EXAMPLES = """\
examples:
  douane doctor
  douane doctor --json

exit status: 0 nothing is broken (warnings allowed), 1 something is
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "doctor",
        parents=[common],
        help="check every part and say how to mend what is broken",
        description="Look at every part that Douane needs.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    broken = False
    findings = []
    for finding in examine_parts(load_settings(arguments.config).settings):
        broken = broken or finding.health is Health.BROKEN
        findings.append(asdict(finding))
        if not arguments.json:
            print(
                f"{SIGNS[finding.health]}{finding.part:<19}{printable(finding.state)}", flush=True
            )
            if finding.fix:
                print(f"{'':<27}→ {printable(finding.fix)}")
    if arguments.json:
        print(json.dumps({"data": findings}, indent=2))
    return 1 if broken else 0
