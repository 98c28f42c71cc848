"""douane keys: create, list and revoke keys for the REST API."""

import argparse
import json
import re
from datetime import timedelta

from douane.commands.parsers import Commands
from douane.explain import printable
from douane.ledger_place import ledger_place
from douane.settings_file import load_settings
from douane.state import make_state
from verdicts.ledger.access.key_table import stored_row
from verdicts.ledger.access.keys import create_key, is_reserved, list_keys, revoke_key
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.access.scopes import Scope
from verdicts.ledger.questions import Role
from verdicts.model import utc_now
from verdicts.record import microseconds

EXAMPLES = """\
examples:
  douane keys create soc-dashboard --role viewer
  douane keys create night-shift --role analyst --expires 30d
  douane keys create grafana --scopes stats,metrics
  douane keys list
  douane keys revoke dk_AbCdEfGh
"""
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = timedelta(days=36_500)
HEADINGS = "PREFIX ROLE CREATED EXPIRES LAST-USED STATE SCOPES NAME".split()
ROW = "{:<14}{:<10}{:<12}{:<12}{:<12}{:<10}{:<18}{}"


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
    create.add_argument("name", type=_name, help="what it is for, e.g. soc-dashboard")
    create.add_argument("--role", choices=[role.value for role in Role], default="viewer")
    create.add_argument(
        "--scopes", type=_scopes, default=(), help=f"limit it to some of: {', '.join(Scope)}"
    )
    create.add_argument("--expires", type=_lifetime, help="it ends after e.g. 12h, 90d, 52w")
    create.set_defaults(run=create_one)
    listing = actions.add_parser("list", parents=[common], help="list keys, without secrets")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=list_all)
    revoke = actions.add_parser("revoke", parents=[common], help="make a key worthless")
    revoke.add_argument("prefix", help="its first letters, as `douane keys list` shows them")
    revoke.set_defaults(run=revoke_one)


def create_one(arguments: argparse.Namespace) -> int:
    role = Role(arguments.role)
    name, lifetime, scopes = arguments.name, arguments.expires, arguments.scopes
    print(create_key(_place(arguments), name, role, utc_now(), lifetime, scopes=scopes))
    return 0


def list_all(arguments: argparse.Namespace) -> int:
    keys = list_keys(_place(arguments))
    if arguments.json:
        print(json.dumps({"data": list(map(stored_row, keys))}, indent=2))
        return 0
    print(ROW.format(*HEADINGS))
    now = microseconds(utc_now())
    for key in keys:
        row = stored_row(key)
        days = [str(row[name] or "never")[:10] for name in ("created", "expires", "last_used")]
        state = "revoked" if key.revoked else "valid" if key.valid(now) else "expired"
        words = (key.prefix, key.role, *days, state, ",".join(key.scopes) or "all")
        print(printable(ROW.format(*words, key.name)))
    return 0


def revoke_one(arguments: argparse.Namespace) -> int:
    if revoke_key(_place(arguments), arguments.prefix, utc_now()):
        print(f"revoked {arguments.prefix}")
        return 0
    prefix = printable(arguments.prefix)
    print(f"there is no valid key with the prefix {prefix}; see `douane keys list`")
    return 2


def _place(arguments: argparse.Namespace) -> LedgerPlace:
    settings = load_settings(arguments.config).settings
    make_state(settings)
    return ledger_place(settings)


def _name(text: str) -> str:
    if is_reserved(text):
        raise argparse.ArgumentTypeError("the audit calls somebody else so; take another name")
    return text


def _lifetime(text: str) -> timedelta:
    found = re.fullmatch("([0-9]{1,5})([hdw])", text)
    span = int(found[1]) * UNITS[found[2]] if found else timedelta(0)
    if not timedelta(0) < span <= LONGEST:
        raise argparse.ArgumentTypeError("a number of hours, days or weeks such as 12h, 90d, 52w")
    return span


def _scopes(text: str) -> tuple[Scope, ...]:
    try:
        return tuple(dict.fromkeys(Scope(word.strip()) for word in text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"words with commas between: {', '.join(Scope)}") from None
