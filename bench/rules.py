"""`python -m bench.rules [FOLDER]`: what YARA rules cost, by kind of content, the dearest last.

Processor time of the best of several runs, in milliseconds a MiB.  "as used" is what a scan of one
costs; below it stands what each file of rules costs if it is tried alone, admitted there or not.
"""

import random
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import yara

from bench.requests import KINDS, MiB
from scanners.budget import Budget
from scanners.model import Content
from scanners.yara_rules import YaraScanner, read_sources

SHIPPED = Path(__file__).parents[1] / "rules"
RUNS = 10


def main(arguments: list[str]) -> int:
    rules = Path(arguments[0]) if arguments else SHIPPED
    sources = read_sources(rules / "yara")
    contents = {name: kind.make(MiB, random.Random(1)) for name, kind in KINDS.items()}
    scanner = YaraScanner(sources)
    print(line("", list(contents)))
    print(line("as used", [f"{scan_cost(scanner, data):.2f}" for data in contents.values()]))
    for file, costs in sorted(file_costs(sources, contents).items(), key=lambda one: max(one[1])):
        print(line(file, [f"{cost:.2f}" for cost in costs]))
    return 0


def line(first: str, rest: list[str]) -> str:
    return f"{first:32}" + "".join(f"{cell:>10}" for cell in rest)


def scan_cost(scanner: YaraScanner, data: bytes) -> float:
    """Return milliseconds of one scan."""
    content = Content(memoryview(data))
    return best(lambda: scanner.scan(content, Budget(time.monotonic() + 60, 0, 0, 0)))


def file_costs(sources: dict[str, str], contents: dict[str, bytes]) -> dict[str, list[float]]:
    """Return file of rules -> milliseconds on each content, whether it would be tried or not."""
    costs = {}
    for file, source in sources.items():
        rules = yara.compile(source=source, includes=False)
        costs[file] = [
            best(partial(rules.match, data=data, fast=True)) for data in contents.values()
        ]
    return costs


def best(work: Callable[[], object]) -> float:
    """Return the milliseconds of processor time of the fastest of several runs."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times) * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
