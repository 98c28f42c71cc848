"""douane rules list, show: what the set covers, on what basis, and what a rule says of itself."""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence

from douane.commands.parsers import Commands
from douane.commands.rules_check import FAILED, rules_folder
from douane.commands.rules_hits import hits_line
from douane.explain import printable
from douane.settings_file import load_settings
from scanners.rules.catalogue import CatalogueError, Cover, Entry, read_catalogue
from scanners.rules.index import IndexFailed, RuleFacts, entry_row, rule_index, rule_source

STATUS = "exit status: 0 shown, 2 there is no such rule, or the set cannot be read\n"
ENTRY = "{:<35} {:<10} {:<18} {}"
"""Name, kind, basis, first seen; what is too long pushes the rest, and nothing is cut."""
RULE = "    {:<43} {:<8} {:<11} {:<4} {}"
"""Name, status or engine, level, score, basis."""


def add(actions: "Commands[argparse.ArgumentParser]", common: argparse.ArgumentParser) -> None:
    listing = actions.add_parser(
        "list",
        parents=[common],
        help="the catalogue: every family and technique, and the rules that cover it",
        description="Basis: what the rules of a family rest on; none means that nothing covers it.",
        epilog=STATUS,
    )
    listing.add_argument("--json", action="store_true", help="one JSON document")
    listing.set_defaults(run=run_list)
    show = actions.add_parser(
        "show",
        parents=[common],
        help="what one rule or signature says of itself",
        description="Its papers, what it covers, where it stands, and its source.",
        epilog=STATUS,
    )
    show.add_argument("name", metavar="NAME", help="such as MAL_Worm_Choke_Nov26")
    show.add_argument("--json", action="store_true", help="one JSON document")
    show.set_defaults(run=run_show)


def run_list(arguments: argparse.Namespace) -> int:
    folder = rules_folder(arguments)
    try:
        entries, rules = read_catalogue(folder), rule_index(folder)
    except (CatalogueError, IndexFailed) as error:
        return _failed(str(error))
    if arguments.json:
        print(json.dumps({"data": [_entry(entry, rules) for entry in entries]}, indent=2))
        return 0
    print(ENTRY.format("NAME", "KIND", "BASIS", "FIRST SEEN"))
    for entry in entries:
        for line in _entry_lines(entry, rules):
            print(printable(line).rstrip())
    covered = sum(bool(entry.cover) for entry in entries)
    print(f"{covered} of {len(entries)} covered, by {len(rules)} rules and signatures")
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    folder = rules_folder(arguments)
    try:
        entries, rules = read_catalogue(folder), rule_index(folder)
    except (CatalogueError, IndexFailed) as error:
        return _failed(str(error))
    facts = rules.get(arguments.name)
    if facts is None:
        return _failed(f"no rule is called {arguments.name}; `douane rules list` names them")
    covers = [(entry, one) for entry in entries for one in entry.cover if one.rule == facts.name]
    source = rule_source(folder, facts)
    if arguments.json:
        print(json.dumps(_document(facts, covers, source), indent=2))
    else:
        settings = load_settings(arguments.config).settings
        for line in (*_lines(facts, covers), f"  {hits_line(facts.name, settings)}"):
            print(printable(line))
        print(*map(printable, ["", *source.splitlines()]), sep="\n")
    return 0


def _failed(said: str) -> int:
    print(f"douane: {printable(said)}", file=sys.stderr)
    return FAILED


def _entry(entry: Entry, rules: Mapping[str, RuleFacts]) -> dict[str, object]:
    """Return the same fields as `GET /v1/rules`, but for what the log knows."""
    covering = [
        {**rules[one.rule].row(), "basis": one.basis} for one in entry.cover if one.rule in rules
    ]
    return entry_row(entry, covering)


def _document(
    facts: RuleFacts, covers: Sequence[tuple[Entry, Cover]], source: str
) -> dict[str, object]:
    return {
        **facts.row(),
        "file": facts.file,
        "line": facts.line,
        "papers": facts.papers,
        "covers": [
            {"name": entry.name, "kind": entry.kind, "basis": one.basis} for entry, one in covers
        ],
        "source": source,
    }


def _entry_lines(entry: Entry, rules: Mapping[str, RuleFacts]) -> Iterator[str]:
    yield ENTRY.format(entry.name, entry.kind, entry.basis, entry.first_seen)
    for one in entry.cover:
        if facts := rules.get(one.rule):
            yield RULE.format(facts.name, *_standing(facts), one.basis)


def _standing(facts: RuleFacts) -> tuple[str, str, str]:
    score = "" if facts.score is None else str(facts.score)
    return facts.status or facts.engine, facts.level, score


def _lines(facts: RuleFacts, covers: Sequence[tuple[Entry, Cover]]) -> Iterator[str]:
    standing = ", ".join(filter(None, _standing(facts)))
    yield f"{facts.name}: {standing}, {facts.file}:{facts.line}"
    yield from (f"  {key} = {value}" for key, value in facts.papers.items())
    yield from (f"  covers {entry.name} ({entry.kind}): {one.basis}" for entry, one in covers)
