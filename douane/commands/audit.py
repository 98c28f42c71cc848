"""douane audit: who changed or revealed what, and whether anybody changed the record of that."""

import argparse
import json
import re
import sys

from douane.commands.parsers import Commands
from douane.explain import printable
from douane.settings_file import load_settings
from verdicts.ledger.access.audit import AuditFilters, Checked, audit_page, verify
from verdicts.ledger.access.audit_rows import as_shown
from verdicts.ledger.access.audit_trail import AuditTrail, Link
from verdicts.ledger.reading.queries import Reader

EXAMPLES = """\
examples:
  douane audit list
  douane audit list --action key.created --json
  douane audit verify
  douane audit verify --witness 812:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

Every change is a row, and each row vouches for the one before it.  `verify` finds rows that were
changed, removed, moved, or written by hand.  It prints the last row's number and hash: kept
elsewhere and given back with --witness, they show that everything up to there is still the same.
"""
STATUS = "exit status: 0 nothing wrong, 1 something is, 2 the audit cannot be read\n"
ROW = "{:<8}{:<20}{:<20}{:<22}{:<16}{}"
HEADINGS = ("ID", "TIME", "ACTOR", "ACTION", "ADDRESS", "ABOUT")
WITNESS = re.compile("([1-9][0-9]{0,17}):([0-9a-f]{64})")


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "audit",
        help="who changed or revealed what; is that record untouched?",
        description="The audit: every change and every export, with who, from where, and what.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = command.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", parents=[common], help="the newest rows")
    listing.add_argument("--actor", help="only of this name")
    listing.add_argument("--action", help="only of this kind, e.g. key.created")
    listing.add_argument("--about", help="only about this")
    listing.add_argument("--limit", type=_limit, default=50, help="rows, 50 by default")
    listing.add_argument("--json", action="store_true", help="one JSON document")
    listing.set_defaults(run=list_rows)
    checking = actions.add_parser(
        "verify", parents=[common], help="is every row there and unchanged?", epilog=STATUS
    )
    checking.add_argument(
        "--witness", type=_witness, metavar="ID:HASH", help="a row as it was noted elsewhere"
    )
    checking.add_argument("--json", action="store_true", help="one JSON document")
    checking.set_defaults(run=verify_rows)


def list_rows(arguments: argparse.Namespace) -> int:
    filters = AuditFilters(actor=arguments.actor, action=arguments.action, about=arguments.about)
    reader = Reader(load_settings(arguments.config).settings.database.url)
    try:
        with reader.connect() as connection:
            rows = list(map(as_shown, audit_page(connection, filters, arguments.limit)))
    finally:
        reader.close()
    if arguments.json:
        print(json.dumps({"data": rows}, indent=2))
        return 0
    print(ROW.format(*HEADINGS))
    for row in rows:
        words = (
            row["id"],
            str(row["time"] or "")[:19],
            row["actor"],
            row["action"],
            row["address"],
        )
        print(printable(ROW.format(*map(str, words), row["about"])))
    return 0


def verify_rows(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    trail = AuditTrail(settings.state.directory)
    head = trail.head()  # before the rows are read: what is written meanwhile is no fault
    reader = Reader(settings.database.url)
    try:
        with reader.connect() as connection:
            checked = verify(connection, trail, head, arguments.witness)
    finally:
        reader.close()
    if arguments.json:
        print(json.dumps(_document(checked), indent=2))
    else:
        _say(checked)
    return int(bool(checked.problems))


def _document(checked: Checked) -> dict[str, object]:
    return {
        "ok": not checked.problems,
        "rows": checked.rows,
        "last": {"id": checked.head.id, "hash": checked.head.hash.hex()},
        "problems": list(checked.problems),
        "more_problems": checked.more,
    }


def _say(checked: Checked) -> None:
    for problem in checked.problems:
        print(problem, file=sys.stderr)
    if checked.more:
        print(f"… and {checked.more} more", file=sys.stderr)
    print(checked.words)
    print(f"last row: {checked.head.id}:{checked.head.hash.hex()}")


def _limit(text: str) -> int:
    limit = int(text)
    if not 1 <= limit <= 1000:
        raise argparse.ArgumentTypeError("1 to 1000")
    return limit


def _witness(text: str) -> Link:
    found = WITNESS.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError("ID:HASH, as `douane audit verify` prints it")
    return Link(int(found[1]), bytes.fromhex(found[2]))
