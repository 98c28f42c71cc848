"""douane rules hits: what each rule found, and how often people called that wrong."""

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import timedelta

from douane.commands.parsers import Commands
from douane.commands.rules_check import FAILED, rules_folder
from douane.explain import printable
from douane.settings import Settings
from douane.settings_file import load_settings
from scanners.rules.index import IndexFailed, rule_index
from verdicts.ledger.questions import LogUnavailable
from verdicts.ledger.reading.queries import Reader
from verdicts.ledger.stats.rule_stats import RuleCount, rule_counts
from verdicts.model import utc_now
from verdicts.record import microseconds

DAYS = 30
LONGEST_DAYS = 3650
ROW = "{:<44}{:>9}{:>7}{:>9}  {:<21}{}"
STATUS = "exit status: 0 shown, 1 a rule is over the rate that is set, 2 the log cannot be read\n"


def add(actions: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    hits = actions.add_parser(
        "hits",
        parents=[common],
        help="what each rule found, and how often people called that wrong",
        description="Most hits first; a rule over [rules] false_positive_rate is flagged.",
        epilog=STATUS,
    )
    hits.add_argument("--days", type=_days, default=DAYS, help=f"how far back, {DAYS} by default")
    hits.add_argument("--json", action="store_true", help="one JSON document")
    hits.set_defaults(run=run_hits)


def run_hits(arguments: argparse.Namespace) -> int:
    settings = load_settings(arguments.config).settings
    try:
        rules = rule_index(rules_folder(arguments))
    except IndexFailed as error:
        print(f"douane: {printable(error)}", file=sys.stderr)
        return FAILED
    counts = read_counts(settings, rules, arguments.days)
    rows = [counted(name, one, settings) for name, one in counts.items()]
    rows.sort(key=lambda row: (-int(str(row["hits"])), str(row["name"])))
    if arguments.json:
        print(json.dumps({"data": rows}, indent=2))
    else:
        print(ROW.format("NAME", "HITS", "WRONG", "RATE", "LAST HIT", "").rstrip())
        for row in rows:
            print(printable(_line(row)))
    return int(any(row["flagged"] for row in rows))


def read_counts(
    settings: Settings, names: Mapping[str, object], days: int = DAYS
) -> dict[str, RuleCount]:
    """Return what the log knows of each rule in the last days; raise LogUnavailable."""
    until = utc_now()
    since = until - timedelta(days=days)
    reader = Reader(settings.database.url)
    try:
        with reader.connect() as connection:
            return rule_counts(connection, tuple(names), microseconds(since), microseconds(until))
    finally:
        reader.close()


def counted(name: str, count: RuleCount, settings: Settings) -> dict[str, object]:
    """Return the fields that `GET /v1/rules/{name}` has for the same."""
    return {"name": name, **count.row(settings.rules.false_positive_rate)}


def hits_line(name: str, settings: Settings) -> str:
    """Return one sentence about a rule, also where there is no log yet."""
    try:
        row = counted(name, read_counts(settings, {name: None})[name], settings)
    except LogUnavailable:
        return "hits: unknown, there is no verdict log that can be read"
    last = f", the last at {row['last_hit']}" if row["last_hit"] else ""
    flag = "; FLAGGED: over the rate that is set" if row["flagged"] else ""
    wrong = row["false_positives"]
    return f"hits: {row['hits']} in {DAYS} days{last}, called wrong {wrong} times{flag}"


def _line(row: dict[str, object]) -> str:
    rate = row["false_positive_rate"]
    shown = f"{rate:.1%}" if isinstance(rate, float) else ""
    last = str(row["last_hit"] or "")[:19]
    flag = "FLAGGED" if row["flagged"] else ""
    words = (row["name"], row["hits"], row["false_positives"], shown, last, flag)
    return ROW.format(*map(str, words)).rstrip()


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= LONGEST_DAYS:
        raise argparse.ArgumentTypeError(f"1 to {LONGEST_DAYS} days")
    return days
