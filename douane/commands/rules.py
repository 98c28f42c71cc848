"""douane rules: everything analysts do with what they own, one group of actions a file."""

import argparse

from douane.commands import (
    rules_bundle,
    rules_check,
    rules_hits,
    rules_lifecycle,
    rules_list,
    rules_new,
    rules_sets,
)
from douane.commands.parsers import Commands

ACTIONS = (
    *(rules_check, rules_list, rules_hits, rules_new),
    *(rules_lifecycle, rules_sets, rules_bundle),
)
"""Each adds its actions by `add(actions, common)`."""

EXAMPLES = """\
examples:
  douane rules check
  douane rules check --json
  douane rules check --goodware
  douane rules test MAL_Worm_Choke_Nov26
  douane rules list
  douane rules show MAL_Worm_Choke_Nov26
  douane rules hits --days 7
  douane rules new worm_example --family Example
  douane rules diff
  douane rules stage
  douane rules activate --note incident-42
  douane rules rollback
  douane rules pack -o rules.tar.gz --key team.pem
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "rules",
        help="check, test, show, change and activate what analysts own",
        description="What analysts own: see rules/README.md.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = command.add_subparsers(required=True, metavar="ACTION")
    for group in ACTIONS:
        group.add(actions, common)
