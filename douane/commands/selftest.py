"""douane selftest: what would each kind of client make of this service's answers?"""

import argparse
import json

from douane.commands.parsers import Commands
from douane.explain import printable
from douane.selftest.play import Row, known_profiles, play, service_address
from douane.settings_file import load_settings

EXAMPLES = """\
examples:
  douane selftest
  douane selftest --profile nextcloud --profile rspamd
  douane selftest --json

Every client is played in the profile shipped for it, whatever [[client]] says of this machine.

exit status: 0 every client does what it should, 1 one does not, 2 there is no service to test
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "selftest",
        parents=[common],
        help="play every kind of ICAP client against the running service",
        description="Send EICAR, a clean MiB, an encrypted archive and an empty file as each kind\n"
        "of client would, and say what that client makes of the answer.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--profile",
        action="append",
        choices=known_profiles(),
        default=[],
        metavar="NAME",
        help=f"only this client; may be repeated; known: {', '.join(known_profiles())}",
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    address = service_address(settings.addresses_file)
    rows = []
    for row in play(address, tuple(arguments.profile)):
        rows.append(row)
        if not arguments.json:
            print(_line(row), flush=True)
    if arguments.json:
        print(json.dumps({"data": [row.to_json() for row in rows]}, indent=2))
    else:
        wrong = sum(not row.ok for row in rows)
        print(f"{len(rows) - wrong} of {len(rows)} as they should be")
    return 0 if all(row.ok for row in rows) else 1


def _line(row: Row) -> str:
    sign = "ok   " if row.ok else "WRONG"
    said = f"{sign} {row.profile:<14}{row.sample:<11}{row.outcome:<13}"
    return f"{said}ICAP {row.icap_status:<5}{printable(row.why)}"
