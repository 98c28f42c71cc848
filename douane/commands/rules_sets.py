"""douane rules status, history, diff: what is stored and in force, whether or not it is served."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from douane.commands.parsers import Commands
from douane.commands.rules_lifecycle import FAILED, find_set
from douane.explain import printable
from douane.settings import Settings
from douane.settings_file import load_settings
from douane.state import is_served
from verdicts.ledger.questions import LedgerAway, ask_state
from verdicts.record import rfc3339
from verdicts.rulesets.diff import Diff, compare
from verdicts.rulesets.edits import Merge, merge_active, shown
from verdicts.rulesets.records import Change, HistoryLine, RulesetError, StoredSet
from verdicts.rulesets.store import Store
from verdicts.shadow_status import total

NAMED = "id or its first digits, active, staged, previous, or a folder"
SET = "{:<18}{:<11}{:<22}{:<14}{}"
"""Id, status, when it was taken in, by whom, note."""
SHOWN = 20
"""Names of each kind in a step of the history."""


def add(actions: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    status = actions.add_parser(
        "status",
        parents=[common],
        help="which rule set is active, what the staged one would do, and what is stored",
    )
    status.add_argument("--json", action="store_true", help="one JSON document")
    status.set_defaults(run=run_status)
    history = actions.add_parser("history", parents=[common], help="who changed what, and why")
    history.add_argument("--json", action="store_true", help="one JSON document")
    history.set_defaults(run=run_history)
    diff = actions.add_parser(
        "diff",
        parents=[common],
        help="rules, list lines and files that two rule sets do not share",
        description="Exit status: 0 nothing differs, 1 something does, 2 there is no such set.",
    )
    diff.add_argument("old", nargs="?", metavar="A", help=f"{NAMED}; the active set if absent")
    diff.add_argument("new", nargs="?", metavar="B", help="the same; the folder of rules if absent")
    diff.set_defaults(run=run_diff)


def run_status(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    store = Store(settings.rulesets_directory)
    try:
        active, staged, previous, sets = store.active, store.staged, store.previous, store.all()
    except RulesetError as error:
        return _complain(error)
    shadow = None if staged is None else shadow_counts(settings, staged.id)
    if arguments.json:
        document = {
            "active": active and active.id,
            "staged": staged and staged.id,
            "previous": previous and previous.id,
            "shadow": shadow,
            "sets": [_row(one) for one in sets],
        }
        print(json.dumps(document, indent=2))
        return 0
    for name, one in (("active", active), ("staged", staged), ("previous", previous)):
        print(f"{name:<10}{one.id if one else 'none'}")
    if shadow is not None:
        print(f"shadow    {', '.join(f'{key} {value}' for key, value in shadow.items())}")
    if sets:
        print("\n" + SET.format("ID", "STATUS", "TAKEN IN", "BY", "NOTE"))
    for one in sets:
        signed = f"signed by {one.signed_by}" if one.signed_by else ""
        more = "; ".join(dict.fromkeys(filter(None, [one.note, signed, one.why])))
        when = rfc3339(one.made)[:19].replace("T", " ")
        print(printable(SET.format(one.id, one.status, when, one.author, more)).rstrip())
    return 0


def run_history(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    try:
        lines = Store(settings.rulesets_directory).history()
    except RulesetError as error:
        return _complain(error)
    if arguments.json:
        rows = [{**asdict(line), "time": rfc3339(line.time)} for line in lines]
        print(json.dumps({"data": rows}, indent=2))
        return 0
    for line in lines:
        for text in _told(line):
            print(printable(text))
    return 0


def run_diff(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    store = Store(settings.rulesets_directory)
    try:
        active = None if (one := store.active) is None else store.folder(one.id)
        old = active if arguments.old is None else _folder(store, arguments.old)
        new = settings.rules.directory if arguments.new is None else _folder(store, arguments.new)
        found = compare(old, new)
        kept = merge_active(store, new) if old == active else Merge()
    except (RulesetError, OSError) as error:
        return _complain(error)
    for line in (*_diff_lines(found), *_edit_lines(kept)):
        print(printable(line))
    return 1 if found.files else 0


def _folder(store: Store, what: str) -> Path:
    meant = find_set(store, what)
    return meant.source if meant.source is not None else store.folder(meant.ruleset)


def shadow_counts(settings: Settings, ruleset: str) -> dict[str, int] | None:
    """Return what all fronts together counted for the staged set; None if nobody can be asked."""
    if not is_served(settings):
        return None
    try:
        seen = [front.status.shadow for front in ask_state(settings.ledger_socket).fronts]
    except LedgerAway:
        return None
    return total(seen, ruleset)


def _row(one: StoredSet) -> dict[str, object]:
    return {**asdict(one), "made": rfc3339(one.made)}


def _told(line: HistoryLine) -> Iterator[str]:
    when = rfc3339(line.time)[:19].replace("T", " ")
    why = f": {line.why}" if line.why else ""
    former = f", before it {line.former}" if line.former else ""
    yield f"{when}  {line.ruleset} {line.action} by {line.actor}{former}{why}"
    yield from _change_lines(Change(*map(_first, (line.added, line.removed, line.changed))))


def _first(names: tuple[str, ...]) -> tuple[str, ...]:
    more = len(names) - SHOWN
    return (*names[:SHOWN], f"… {more} more, in --json") if more > 0 else names


def _diff_lines(found: Diff) -> Iterator[str]:
    for title, change in (("rules", found.rules), ("files", found.files)):
        if change:
            yield title
            yield from _change_lines(change)
    for one in found.lists:
        yield one.file
        yield from _change_lines(Change(one.added, one.removed))


def _edit_lines(found: Merge) -> Iterator[str]:
    """What an activation does about edits over REST: `douane rules activate --help`."""
    for title, made in (
        ("edited over REST; an activation keeps it", found.missing),
        (
            "edited over REST, and said otherwise there; no activation before one gives way",
            found.disputed,
        ),
    ):
        if made:
            yield title
            yield from (f"  {line}" for line in shown(made))


def _change_lines(change: Change) -> Iterator[str]:
    signs = (("+", change.added), ("-", change.removed), ("~", change.changed))
    yield from (f"  {sign} {name}" for sign, names in signs for name in names)


def _complain(error: Exception) -> int:
    print(f"douane: {printable(error)}", file=sys.stderr)
    return FAILED
