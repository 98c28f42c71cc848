"""douane rules stage, unstage, activate, rollback: orders to the running service."""

import argparse
import getpass
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from douane.commands.parsers import Commands
from douane.explain import printable
from douane.settings import Settings
from douane.settings_file import load_settings
from douane.state import is_served
from verdicts.rulesets.handover import bring
from verdicts.rulesets.orders import Action, Order, OrderRefused, ask
from verdicts.rulesets.records import RulesetError, UnknownRuleset
from verdicts.rulesets.store import Store

DONE, REFUSED, FAILED = 0, 1, 2
STATUS = "exit status: 0 done, 1 refused and nothing changed, 2 the service could not be asked\n"
NEXT = {"stage": "; `douane rules status` says what it would have done"}
WHAT = "folder, bundle, or id of a stored set (its first digits will do)"


@dataclass(frozen=True, slots=True)
class Meant:
    """What an order is about: a set in the store, or one that lies elsewhere."""

    ruleset: str = ""
    source: Path | None = None


def add(actions: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    _add(
        actions,
        common,
        "stage",
        text="try a rule set on live traffic; it decides nothing",
        more="Checks it, and lets it see every transfer beside the active one.",
        what=f"{WHAT}; the folder of rules if absent",
    )
    _add(actions, common, "unstage", text="end the trial", more="", what="")
    _add(
        actions,
        common,
        "activate",
        text="let a rule set decide from now on",
        more="Checks and loads it everywhere first; running transfers end on the former one. What "
        "was edited over REST (lists, policy) and is not in it is kept, and said.",
        what=f"{WHAT}; the staged set if absent, else the folder of rules",
    )
    _add(
        actions,
        common,
        "rollback",
        text="go back to the rule set that was active before",
        more="Again, to go back further.",
        what="id of the set to go back to; the last one if absent",
    )


def _add(
    actions: "Commands[argparse.ArgumentParser]",
    common: argparse.ArgumentParser,
    action: Action,
    *,
    text: str,
    more: str,
    what: str,
) -> None:
    command = actions.add_parser(
        action, parents=[common], help=text, description=more, epilog=STATUS
    )
    if what:
        name = "ID" if action == "rollback" else "DIR|ID"
        command.add_argument("what", nargs="?", metavar=name, help=what)
    command.add_argument("--note", default="", help="why; it goes into the history")
    command.add_argument("--actor", help="who, for the history; your login name if absent")
    if action in ("stage", "activate"):
        command.add_argument(
            "--drop-edits",
            action="store_true",
            help="do not keep what was edited over REST and is not in it (lists, policy)",
        )
    command.set_defaults(run=run, action=action, what=None, drop_edits=False)


def run(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    if not is_served(settings):
        return _complain(
            f"no service runs on {settings.state.directory}. Start it with `douane serve`: it "
            f"begins with {settings.rules.directory}. Without one: `douane rules check`"
        )
    try:
        meant = _meant(arguments, settings)
        return _ordered(arguments, settings, meant)
    except OrderRefused as error:
        for problem in error.problems:
            print(printable(str(problem)))
        _complain(f"refused: {error}; nothing changed")
        return REFUSED
    except RulesetError as error:
        return _complain(str(error))


def _ordered(arguments: argparse.Namespace, settings: Settings, meant: Meant) -> int:
    actor, folder = arguments.actor or login_name(), ""
    if meant.source is not None:
        print(f"{arguments.action}: {printable(meant.source)}", flush=True)
        folder = str(bring(settings.rulesets_directory, meant.source))
    try:
        drop = arguments.drop_edits
        order = Order(
            arguments.action, actor, meant.ruleset, folder, arguments.note, drop_edits=drop
        )
        done = ask(settings.run_directory, order, _say)
    finally:
        if folder:  # nobody may have taken it
            shutil.rmtree(folder, ignore_errors=True)
    more = NEXT.get(order.action, "")
    print(f"rule set {printable(done['id'])} is {printable(done['status'])}{more}", flush=True)
    if not done.get("audited"):
        print(
            "douane: warning: it is not in the audit yet; the service tries again", file=sys.stderr
        )
    return DONE


def _meant(arguments: argparse.Namespace, settings: Settings) -> Meant:
    store = Store(settings.rulesets_directory)
    if arguments.what is not None:
        if arguments.action == "rollback":
            return Meant(store.find(arguments.what).id)
        return find_set(store, arguments.what)
    if arguments.action == "activate" and (staged := store.staged) is not None:
        return Meant(staged.id)
    if arguments.action in ("stage", "activate"):
        return Meant(source=settings.rules.directory)
    return Meant()


def find_set(store: Store, what: str) -> Meant:
    """Return the stored set of that name, else what lies in that place.  Raises UnknownRuleset."""
    path = Path(what)
    if "/" in what:
        if not path.exists():
            raise UnknownRuleset(f"there is no folder or bundle {what}")
        return Meant(source=path)
    try:
        return Meant(store.find(what).id)
    except UnknownRuleset:
        if path.exists():
            return Meant(source=path)
        raise


def login_name() -> str:
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except KeyError:  # no account has this number
        return f"uid {os.getuid()}"


def _say(line: str) -> None:
    print(printable(line), flush=True)


def _complain(text: str) -> int:
    print(f"douane: {printable(text)}", file=sys.stderr)
    return FAILED
