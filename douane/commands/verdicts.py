"""douane verdicts: the log of transfers, filtered, followed, explained."""

import argparse
import codecs
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from itertools import repeat
from pathlib import Path

from douane import terminal
from douane.client import Client, ClientError
from douane.client_models import Filters, VerdictModel
from douane.commands.parsers import Commands
from douane.explain import explain, one_line, printable
from douane.moments import moment
from douane.reach import add_options, open_client
from verdicts.model import utc_now

FAILED = 2
SHOWN = 20
EXPORTED = 100_000
POLL_SECONDS = 1.0
LATE = timedelta(seconds=10)
"""A verdict may be in the log so long after its transfer began that newer ones were shown."""
REMEMBERED = 10_000
NEW = 1_000
"""Verdicts that one look at the log shows when it is followed."""
TEXTS = {
    "action": "allow, block, cut or hold",
    "level": "clean, unknown, suspicious or malicious",
    "channel": "messenger",
    "direction": "upload or download",
    "user": "who sent or received it",
    "client_ip": "address of the client",
    "sha256": "of the content",
    "code": "code of a detection, like signature.yara",
    "name": "name of a detection",
    "reason": "why a part was not scanned, like encrypted",
    "true_type": "what the file really is, like pe",
    "clause": "clause of the policy that decided",
    "service": "ICAP service",
    "file_name": "of the file; with a * at the end: begins so",
    "url": "where it came from or went to; with a * at the end: begins so",
}
OTHERWISE = {"url": "file-url"}
"""Filters with another option than their name: --url is that of the service."""
_FILTER = "filter_"
"""Before the names of filters among the arguments."""
SORTS = ("time", "-time", "size", "-size")
COLUMNS = (20, 6, 10, 8, 12, 16, 28)
EXAMPLES = """\
examples:
  douane verdicts --action block
  douane verdicts --level malicious --action allow
  douane verdicts --file-url 'https://cdn.example/*' --since 7d --limit 100
  douane verdicts --user ann --follow
  douane verdicts --since 30d --csv --limit 1000000
  douane verdicts show 01a2068a-ff6b-7aa2-8c77-30ab677718fc

exit status: 0 shown, 2 the service cannot be asked
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "verdicts",
        parents=[common],
        help="list, follow and explain what was ruled",
        description="List verdicts, newest first; all given filters must match.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    filters = command.add_argument_group("filters")
    filters.add_argument("--since", type=moment, metavar="TIME", help="24h, 7d, or RFC 3339")
    filters.add_argument("--until", type=moment, metavar="TIME", help="now if absent")
    for name, text in TEXTS.items():
        option = OTHERWISE.get(name, name.replace("_", "-"))
        filters.add_argument(f"--{option}", dest=_FILTER + name, metavar="TEXT", help=text)
    filters.add_argument(
        "--enforced",
        dest=f"{_FILTER}enforced",
        choices=("true", "false"),
        help="was it carried out?",
    )
    command.add_argument("--sort", choices=SORTS, help='"-" is descending; write --sort=-size')
    command.add_argument("--limit", type=_limit, metavar="N", help=f"{SHOWN} if absent")
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON object a line, as the API")
    shape.add_argument("--csv", action="store_true", help="a table for spreadsheets")
    command.add_argument("--follow", action="store_true", help="then show new ones as they come")
    add_options(command)
    command.set_defaults(run=run)
    _add_show(command.add_subparsers(metavar="show", title="one verdict"))


def _add_show(actions: "Commands[argparse.ArgumentParser]") -> None:
    show = actions.add_parser("show", help="explain one verdict in words")
    show.add_argument("id", help="as on the block page and in X-Douane-Transfer")
    show.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as the API")
    show.add_argument(
        "--config", type=Path, default=argparse.SUPPRESS, metavar="FILE", help="settings file"
    )
    add_options(show, default=argparse.SUPPRESS)
    show.set_defaults(run=run_show)


def run(arguments: argparse.Namespace) -> int:
    if arguments.follow and (arguments.csv or arguments.sort or arguments.until):
        print("douane: --follow takes no --csv, --sort or --until", file=sys.stderr)
        return FAILED
    return _asking(arguments, _list)


def run_show(arguments: argparse.Namespace) -> int:
    return _asking(arguments, _show)


def _asking(
    arguments: argparse.Namespace, ask: Callable[[Client, argparse.Namespace], None]
) -> int:
    try:
        with open_client(arguments) as client:
            ask(client, arguments)
    except ClientError as error:
        print(f"douane: {printable(error)}", file=sys.stderr)
        return FAILED
    return 0


def _show(client: Client, arguments: argparse.Namespace) -> None:
    verdict = client.verdict(arguments.id)
    row = verdict.model_dump(mode="json")
    if arguments.json:
        print(json.dumps(row))
        return
    print(explain(row))
    print(f"  {'when':<10}  {verdict.time:%Y-%m-%d %H:%M:%S} UTC, {verdict.direction}")
    for word, value in (("user", verdict.user), ("client", verdict.client_ip)):
        print(f"  {word:<10}  {printable(value) or 'not known'}")
    print(f"  {'from':<10}  {printable(verdict.url) or 'not known'} ({printable(verdict.channel)})")


def _list(client: Client, arguments: argparse.Namespace) -> None:
    filters = _filters(arguments)
    if arguments.csv:
        pieces = client.export("csv", limit=arguments.limit or EXPORTED, **filters)
        shown = _lines if sys.stdout.isatty() else str  # a file gets the data as they are
        for text in codecs.iterdecode(pieces, "utf-8", "replace"):
            sys.stdout.write(shown(text))
        return
    tell = _as_json if arguments.json else _as_line
    found = client.verdicts(limit=arguments.limit or SHOWN, **filters)
    if not arguments.follow:
        _print(found, tell)
        return
    newest = list(found)[::-1]
    _print(newest, tell)
    follow(client, filters, newest, lambda new: _print(new, tell))


def follow(
    client: Client,
    filters: Filters,
    shown: Sequence[VerdictModel],
    tell: Callable[[list[VerdictModel]], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    looks: Iterable[None] = repeat(None),
) -> None:
    """Tell of each verdict once that comes after those that were shown, for all the looks.

    Oldest first; of very many at once, the newest NEW.
    """
    known = dict.fromkeys(verdict.id for verdict in shown)
    last = max((verdict.time for verdict in shown), default=utc_now())
    wanted = filters.copy()
    old_enough = last  # what is older now was not shown because there was too much of it
    for _ in looks:
        wanted["since"] = last - LATE
        found = list(client.verdicts(limit=NEW, **wanted))[::-1]
        new = [one for one in found if one.id not in known and one.time > old_enough]
        tell(new)
        known |= dict.fromkeys(verdict.id for verdict in found)
        old_enough = wanted["since"]
        for old in list(known)[:-REMEMBERED]:
            del known[old]
        last = max([last, *(verdict.time for verdict in new)])
        sleep(POLL_SECONDS)


def _filters(arguments: argparse.Namespace) -> Filters:
    given = {name: getattr(arguments, name) for name in ("since", "until", "sort")}
    given |= {name: getattr(arguments, _FILTER + name) for name in ("enforced", *TEXTS)}
    wanted: Filters = {name: value for name, value in given.items() if value is not None}  # type: ignore[assignment]
    return wanted


def _print(verdicts: Iterable[VerdictModel], tell: Callable[[VerdictModel], str]) -> None:
    for verdict in verdicts:
        print(tell(verdict), flush=True)


def _lines(text: str) -> str:
    """Return a piece of a table for a terminal: nothing but the ends of lines moves its cursor."""
    return "\n".join(map(printable, text.replace("\r", "").split("\n")))


def _as_json(verdict: VerdictModel) -> str:
    return json.dumps(verdict.model_dump(mode="json"))


def _as_line(verdict: VerdictModel) -> str:
    reasons = one_line(verdict.model_dump(mode="json")).partition(": ")[2]
    cells = (
        f"{verdict.time:%Y-%m-%d %H:%M:%S}",
        verdict.action,
        verdict.level,
        verdict.direction,
        verdict.channel,
        verdict.user or verdict.client_ip,
        verdict.file_name or verdict.true_type,
    )
    return f"{verdict.id}  {terminal.line([*cells, reasons], [*COLUMNS, 60])}"


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= 10_000_000):
        raise argparse.ArgumentTypeError("a number from 1 to 10000000")
    return int(text)
