"""douane stats: what came, what was found, what was done."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import timedelta

from douane import terminal
from douane.client import Client, ClientError
from douane.client_models import Range, SummaryModel, TimeseriesModel, TopModel
from douane.commands.parsers import Commands
from douane.explain import printable
from douane.moments import moment
from douane.reach import add_options, open_client

BY = "action level channel direction code name type client_ip user".split()
OF = "transfers bytes blocked held unscanned".split()
BUCKETS = ("1m", "1h", "1d")
FAILED = 2
SHOWN = 10
BAR, LABEL, COUNT = 24, 12, 12
NARROWEST = 20
"""Columns for a key."""
EXAMPLES = """\
examples:
  douane stats
  douane stats --since 7d --by channel
  douane stats --by name --top 20
  douane stats --since 30d --by user --of blocked
  douane stats --since 2026-01-01T00:00:00Z --until 2026-02-01T00:00:00Z --json
  douane stats --url https://douane.example --key soc.key

exit status: 0 shown, 2 the service cannot be asked
"""


def add(commands: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    command = commands.add_parser(
        "stats",
        parents=[common],
        help="count what came, what was found, what was done",
        description="Count transfers, since <= time < until; the last 24 hours if nothing is said.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--since", type=moment, metavar="TIME", help="24h, 7d, or RFC 3339")
    command.add_argument("--until", type=moment, metavar="TIME", help="now if absent")
    command.add_argument("--by", choices=BY, help="count by this alone, most first")
    command.add_argument(
        "--of", choices=OF, default="transfers", help="what --by and the line over time count"
    )
    command.add_argument("--top", type=_count, default=SHOWN, metavar="N", help="rows of --by")
    command.add_argument("--bucket", choices=BUCKETS, help="of the line of transfers over time")
    command.add_argument("--json", action="store_true", help="one JSON document")
    add_options(command)
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        with open_client(arguments) as client:
            return _show(client, arguments)
    except ClientError as error:
        print(f"douane: {printable(error)}", file=sys.stderr)
        return FAILED


def _show(client: Client, arguments: argparse.Namespace) -> int:
    summary = client.summary(**_range(arguments))
    ends = Range(since=summary.since, until=summary.until)  # the others count the same range
    bucket = arguments.bucket or _bucket(summary.until - summary.since)
    by, of = arguments.by, arguments.of
    series = client.timeseries("action", bucket, of=of, **ends)
    top = client.top(by, arguments.top, of=of, **ends) if by else None
    if arguments.json:
        parts = {"summary": summary, "timeseries": series, "top": top}
        shown = {name: part.model_dump(mode="json") for name, part in parts.items() if part}
        print(json.dumps(shown))
        return 0
    print("\n".join(_lines(summary, series, top)))
    return 0


def _range(arguments: argparse.Namespace) -> Range:
    found = Range()
    if arguments.since:
        found["since"] = arguments.since
    if arguments.until:
        found["until"] = arguments.until
    return found


def _bucket(length: timedelta) -> str:
    """Return one that fills a line."""
    if length <= timedelta(hours=3):
        return "1m"
    return "1h" if length <= timedelta(days=5) else "1d"


def _lines(summary: SummaryModel, series: TimeseriesModel, top: TopModel | None) -> Iterator[str]:
    yield f"{summary.since:%Y-%m-%d %H:%M} to {summary.until:%Y-%m-%d %H:%M} UTC"
    yield f"{'transfers':<{LABEL}}{summary.transfers:,}, {terminal.size(summary.bytes)}"
    values = [sum(bucket.counts.values()) for bucket in series.data]
    line = terminal.sparkline(values, terminal.width() - LABEL - COUNT)
    over_time = "over time" if series.of == "transfers" else series.of
    yield f"{over_time:<{LABEL}}{line}  {series.bucket} each, {max(values, default=0):,} at most"
    if top is not None:
        counts = {row.key: getattr(row, top.of) for row in top.data}
        yield from _table(f"by {top.by}", counts)
        return
    yield from _table("action", summary.by_action)
    yield from _table("level", summary.by_level)
    yield from _table("direction", summary.by_direction)
    yield from _table("channel", summary.by_channel)
    found = {f"{one.code} {one.name}": one.count for one in summary.top_detections}
    yield from _table("found", found)
    yield from _table("not scanned", summary.unscanned)
    if summary.incomplete:
        yield f"{'':<{LABEL}}in {summary.incomplete:,} transfers"


def _table(label: str, counts: Mapping[str, int]) -> Iterator[str]:
    """Yield the largest counts, with bars."""
    most = max(counts.values(), default=0)
    lengths = [max(NARROWEST, terminal.width() - LABEL - COUNT - BAR - 4), COUNT]
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    for position, (key, count) in enumerate(ordered):
        if position == SHOWN and not label.startswith("by "):
            yield f"{'':<{LABEL}}… and {len(ordered) - SHOWN} more"
            return
        name = label if position == 0 else ""
        row = terminal.line([key or "(not known)", f"{count:>{COUNT},}"], lengths)
        yield f"{name:<{LABEL}}{row}  {terminal.bar(count, most, BAR)}"


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:5]) <= 1000):
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return int(text)
