"""docs/conformance.md: the items and their tests, read from the suite without running it."""

import ast
from collections.abc import Iterable, Mapping
from itertools import groupby

from bench.conformance_run import NUMBER, SUITE
from tests.conformance.items import ITEMS, Item

MATRIX_BEGINS = (
    "<!-- measured: python -m bench.conformance --matrix --write docs/conformance.md -->"
)
INTRODUCTION = """\
# Conformance

Written by `python -m bench.conformance --write docs/conformance.md`: change the suite, not the
page.

What an ICAP server has to do so that real clients are served correctly: 65 items, each with tests
in `tests/conformance` that speak to a real server on a socket. § is a section of RFC 3507; where
an item is not from a standard, the client stands there that needs it.

```
make conformance                                        # a Douane of its own
make conformance TARGET=icap://192.0.2.7:1344/avscan    # any server that you may load
make conformance-matrix                                 # Douane, c-icap and pyicap side by side
```

The last line says how many hold, and the exit status is 0 only if all do. An item holds if all its
tests pass and at least one ran. What needs settings or a look inside cannot be tried on a foreign
server: such tests are left out there, and an item of which none is left is *not shown* and does
not hold. Tell the suite a service that takes both methods and blocks the EICAR test file, or more
is not shown than need be.
"""
MATRIX = f"""\
## Side by side

*holds*: all tests of the item pass. *partly*: those pass that can be tried from outside, others
need settings or a look inside, and only Douane gives us those. *fails*: at least one test fails,
also when it is alone with a freshly started server; silence for two seconds is a failure. *not
shown*: nothing of the item can be tried, for instance because an echo service blocks nothing.
A failure says that the server differs from the item, which may be stricter than RFC 3507; c-icap
and pyicap run with the settings of `bench/servers`.

{MATRIX_BEGINS}
"""


def render(old: str = "") -> str:
    """Return the page; the measured part is taken from the old one."""
    sections = [
        "\n".join(_section(name, list(items)))
        for name, items in groupby(ITEMS, key=lambda item: item.section)
    ]
    measured = old.partition(MATRIX_BEGINS)[2].strip("\n")
    return "\n".join([INTRODUCTION, *sections, MATRIX + (measured and f"\n{measured}\n")])


def with_matrix(page: str, lines: Iterable[str]) -> str:
    """Return the page with this as its measured part."""
    return page.partition(MATRIX_BEGINS)[0] + MATRIX_BEGINS + "\n\n" + "\n".join(lines) + "\n"


def is_current(page: str) -> bool:
    """Whether the page lists the items and tests that there are, and a matrix of all of them."""
    measured = page.partition(MATRIX_BEGINS)[2]
    return render(page) == page and all(f"\n| {i.number} | " in measured for i in ITEMS)


def _section(name: str, items: list[Item]) -> list[str]:
    tests = names_by_item()
    head = [f"## {name}", "", "| item | what must hold | source | tests |", "|---|---|---|---|"]
    rows = [
        f"| {item.number} | {item.rule} | {item.source} | {', '.join(tests[item.number])} |"
        for item in items
    ]
    return [*head, *rows, ""]


def names_by_item() -> Mapping[int, list[str]]:
    """Return for each item what its tests are called, in words, in the order of the files."""
    found: dict[int, list[str]] = {item.number: [] for item in ITEMS}
    for path in sorted(SUITE.glob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and (match := NUMBER.match(node.name)):
                found[int(match[1])].append(node.name[match.end() :].replace("_", " "))
    return found
