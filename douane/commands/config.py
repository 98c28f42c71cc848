"""douane config: the settings in force, and where each comes from."""

import argparse
import json

from douane.commands.parsers import Commands
from douane.settings import is_repeated
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
    shown = ("", 0)
    for line in loaded.origins():
        table = (line.section, line.index)
        if table != shown:
            header = f"[[{line.section}]]" if is_repeated(line.section) else f"[{line.section}]"
            print(f"{chr(10) if shown[0] else ''}{header}")
            shown = table
        print(f"{f'{line.key} = {line.value}':<60} # {line.origin}")
    return 0
