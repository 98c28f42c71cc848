"""`python -m bench.conformance [--target URL | --matrix]`: run the conformance suite, item by item.

The suite lies in tests/conformance; this runs it, tells which of its items hold, and keeps
docs/conformance.md (`--write FILE`, `--check FILE`).
"""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.conformance_matrix import measure
from bench.conformance_page import is_current, render, with_matrix
from bench.conformance_run import Outcome, Tally, run_suite
from tests.conformance.items import ITEMS


def main(arguments: list[str] | None = None) -> int:
    """Return 0 if every item holds (or the page is current), else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.conformance", description=__doc__)
    parser.add_argument("--target", default="", help="icap://host:port/service; else our own")
    parser.add_argument("--matrix", action="store_true", help="Douane, c-icap and pyicap")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the page")
    parser.add_argument("--check", type=Path, metavar="FILE", help="1 if the page is out of date")
    options = parser.parse_args(arguments)
    if options.check:
        return check(options.check)
    if options.matrix:
        matrix = measure(lambda line: print(line, file=sys.stderr, flush=True))
        print("\n".join(matrix.lines))
        if options.write:
            options.write.write_text(with_matrix(render(), matrix.lines), "utf-8")
        return 0 if matrix.ours_hold else 1
    if options.write:
        old = options.write.read_text("utf-8") if options.write.exists() else ""
        options.write.write_text(render(old), "utf-8")
        return 0
    tally = run_suite(options.target)
    return tell(tally.outcomes(), tally)


def check(page: Path) -> int:
    if page.exists() and is_current(page.read_text("utf-8")):
        return 0
    print(f"{page} is out of date: python -m bench.conformance --write {page}", file=sys.stderr)
    return 1


def tell(outcomes: Mapping[int, Outcome], tally: Tally) -> int:
    """Print every item, what failed, and as the last line how many hold."""
    print()
    for item in ITEMS:
        print(f"{item.number:3}  {outcomes[item.number].value:<9}  {item.rule}")
    for name, why in sorted(tally.failures.items()):
        print(f"\nFAILED {name}\n       {why}")
    holding = sum(outcome.holds for outcome in outcomes.values())
    print(f"\n{holding} of {len(ITEMS)} hold", flush=True)
    return 0 if holding == len(ITEMS) else 1


if __name__ == "__main__":
    sys.exit(main())
