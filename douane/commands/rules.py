"""douane rules: everything analysts do with what they own, one group of actions a file."""

import argparse

from douane.commands import rules_check
from douane.commands.serve import Commands

ACTIONS = (rules_check,)
"""Each adds its actions by `add(actions, common)`."""

EXAMPLES = """\
examples:
  douane rules check
  douane rules check --json
  douane rules test MAL_Worm_Choke_Nov26
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
    for group in ACTIONS:
        group.add(actions, common)
