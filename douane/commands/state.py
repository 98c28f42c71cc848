"""douane state: copy the state directory while it serves, put a copy back, look for damage."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from douane.commands.parsers import Commands
from douane.explain import printable
from douane.ledger_place import ledger_place
from douane.settings_file import load_settings
from douane.state import is_served, make_state
from douane.state_audit import note_copy, note_restore, revived_keys, valid_keys
from douane.state_copy import StateError, back_up, copy_faults, restore, state_faults
from scanners.secret import ensure_secret
from verdicts.ledger.age.forgetting import forget_user
from verdicts.ledger.age.pseudonyms import PRIVACY_KEY_FILE, Trace, read_pseudonyms

EXAMPLES = """\
examples:
  douane state backup
  douane state backup /backup/douane-monday
  douane state check
  douane state check /backup/douane-monday
  douane state restore /backup/douane-monday
  douane state forget ann@corp.example

A copy is a new folder with the verdict log (unless it is on a database server), the rule sets and
the keys: keep it as private as the state itself. Kept samples are not in it. To be forgotten means
that all verdicts of a user go, while what was counted stays.

exit status: 0 done, or all is well; 1 something is wrong with it; 2 it could not be done
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "state",
        help="back up, restore and check the state directory",
        description="The state directory: verdict log, rule sets, keys.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = command.add_subparsers(required=True, metavar="ACTION")
    backup = actions.add_parser("backup", parents=[common], help="copy it, while it is served")
    backup.add_argument("folder", type=Path, nargs="?", help="a new folder; one is named if not")
    backup.set_defaults(run=run_backup)
    check = actions.add_parser("check", parents=[common], help="look for damage")
    check.add_argument("copy", type=Path, nargs="?", help="of this copy, not of the state")
    check.add_argument("--json", action="store_true", help="one JSON document")
    check.set_defaults(run=run_check)
    back = actions.add_parser("restore", parents=[common], help="put a copy in its place")
    back.add_argument("copy", type=Path, help="a folder that `douane state backup` made")
    back.set_defaults(run=run_restore)
    forget = actions.add_parser("forget", parents=[common], help="delete what is kept of a user")
    forget.add_argument("user", help="as verdicts name the user, letter by letter")
    forget.add_argument("--yes", action="store_true", help="do not ask")
    forget.set_defaults(run=run_forget)


def run_backup(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    folder = arguments.folder or Path(f"douane-state-{datetime.now(UTC):%Y%m%d-%H%M%S}")
    try:
        missing = back_up(settings, folder, _progress)
    except StateError as error:
        return _failed(error)
    _clear()
    note_copy(settings, folder)
    print(f"the state is in {printable(folder)}; keep it as private as the state itself")
    for what in missing:
        print(f"not in it: {what}")
    return 0


def run_check(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    wrong = list(copy_faults(arguments.copy) if arguments.copy else state_faults(settings))
    if arguments.json:
        print(json.dumps({"ok": not wrong, "problems": wrong}, indent=2))
    for fault in () if arguments.json else wrong:
        print(printable(fault))
    if not wrong and not arguments.json:
        print("all is well")
    return 1 if wrong else 0


def run_restore(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    try:
        before = set() if is_served(settings) else valid_keys(settings)
        former = restore(settings, arguments.copy, _progress)
    except StateError as error:
        return _failed(error)
    _clear()
    note_restore(settings, arguments.copy, former)
    print(f"{printable(settings.state.directory)} is as it was when the copy was made")
    if former:
        print(f"what was there lies in {printable(former)}, with the audit of what was done since")
        for key in revived_keys(settings, before):
            print(
                f"this key counts again: {printable(key.name)}; if it must not: "
                f"douane keys revoke {printable(key.prefix)}"
            )
    return 0


def run_forget(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    make_state(settings)
    user = arguments.user
    if not arguments.yes and not _agreed(f"Delete all verdicts of {printable(user)}?"):
        print("nothing was deleted")
        return 2
    key_file = ensure_secret(settings.state.directory, PRIVACY_KEY_FILE)
    pseudonym = read_pseudonyms(key_file).of(Trace.USER, user)
    forget_user(ledger_place(settings), user, pseudonym, _progress)
    _clear()
    print(f"what was kept of the user is deleted; the audit calls them {pseudonym}")
    return 0


def _agreed(question: str) -> bool:
    print(f"{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _failed(error: Exception) -> int:
    _clear()
    print(f"douane: {printable(error)}", file=sys.stderr)
    return 2


def _progress(what: str, done: int, total: int) -> None:
    """On a terminal only, on one line."""
    if sys.stderr.isatty():
        part = 100 * done // total if total else 100
        print(f"\r\x1b[K{part:3} % {printable(what)[:60]}", end="", file=sys.stderr, flush=True)


def _clear() -> None:
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
