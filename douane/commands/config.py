"""douane config: the settings in force, and where each comes from."""

import argparse
import json

from douane.commands.serve import Commands
from douane.settings_file import load_settings

EXAMPLES = """\
examples:
  douane config
  douane config --config /etc/douane/douane.toml
  douane config --json
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "config",
        parents=[common],
        help="show the settings in force and where each comes from",
        description="Print every setting as TOML, with its origin as a comment.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--json", action="store_true", help="print JSON instead")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    loaded = load_settings(arguments.config)
    if arguments.json:
        print(json.dumps(loaded.settings.model_dump(mode="json"), indent=2))
        return 0
    shown = ""
    for section, key, value, origin in loaded.origins():
        if section != shown:
            print(f"{chr(10) if shown else ''}[{section}]")
            shown = section
        print(f"{f'{key} = {value}':<60} # {origin}")
    return 0
