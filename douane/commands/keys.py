"""douane keys: create, list and revoke keys for the REST API."""

import argparse
import json
from datetime import timedelta

from douane.commands.parsers import Commands
from douane.settings_file import load_settings
from douane.state import make_state
from verdicts.ledger.keys import LedgerPlace, create_key, list_keys, revoke_key
from verdicts.ledger.questions import Role
from verdicts.model import utc_now
from verdicts.record import rfc3339

EXAMPLES = """\
examples:
  douane keys create soc-dashboard --role viewer
  douane keys create night-shift --role analyst --days 30
  douane keys list
  douane keys revoke dk_AbCdEfGh
"""
LONGEST_DAYS = 36_500


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "keys",
        help="create, list and revoke keys for the REST API",
        description="Keys for the REST API. A key is shown once, when it is created.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = command.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", parents=[common], help="make a key and print it")
    create.add_argument("name", help="what it is for, e.g. soc-dashboard")
    create.add_argument("--role", choices=[role.value for role in Role], default="viewer")
    create.add_argument("--days", type=_days, help="it expires after this many days")
    create.set_defaults(run=create_one)
    listing = actions.add_parser("list", parents=[common], help="list keys, without secrets")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=list_all)
    revoke = actions.add_parser("revoke", parents=[common], help="make a key worthless")
    revoke.add_argument("prefix", help="its first letters, as `douane keys list` shows them")
    revoke.set_defaults(run=revoke_one)


def create_one(arguments: argparse.Namespace) -> int:
    lifetime = None if arguments.days is None else timedelta(days=arguments.days)
    role = Role(arguments.role)
    print(create_key(_place(arguments), arguments.name, role, utc_now(), lifetime))
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    keys = list_keys(_place(arguments))
    if arguments.json:
        rows = [
            {
                "prefix": key.prefix,
                "name": key.name,
                "role": key.role,
                "created": _moment(key.created),
                "expires": _moment(key.expires),
                "last_used": _moment(key.last_used),
                "revoked": _moment(key.revoked),
            }
            for key in keys
        ]
        print(json.dumps({"data": rows}, indent=2))
        return 0
    print(f"{'PREFIX':<14}{'ROLE':<10}{'CREATED':<12}{'EXPIRES':<12}{'STATE':<10}NAME")
    for key in keys:
        expires = (_moment(key.expires) or "never")[:10]
        state = "revoked" if key.revoked else "valid"
        created = (_moment(key.created) or "")[:10]
        print(f"{key.prefix:<14}{key.role:<10}{created:<12}{expires:<12}{state:<10}{key.name!a}")
    return 0


def revoke_one(arguments: argparse.Namespace) -> int:
    if revoke_key(_place(arguments), arguments.prefix, utc_now()):
        print(f"revoked {arguments.prefix}")
        return 0
    print(f"there is no valid key with the prefix {arguments.prefix}; see `douane keys list`")
    return 2


def _place(arguments: argparse.Namespace) -> LedgerPlace:
    settings = load_settings(arguments.config).settings
    make_state(settings)
    return LedgerPlace(settings.database.url, settings.ledger_socket)


def _moment(stamp: int | None) -> str | None:
    return None if stamp is None else rfc3339(stamp)


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"1 to {LONGEST_DAYS} days")
    return days
