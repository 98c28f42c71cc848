"""Reads the papers of all YARA rules of a set, in a process that is thrown away.

Usage: python -m scanners.rules.index_reader FOLDER

Prints `scanners.rules.index.RuleFacts` as a JSON list.  The set was checked when it was taken in;
nothing is judged here.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import yara

from scanners.rules.folders import rule_files
from scanners.rules.index import MAX_RULES, RuleFacts
from scanners.rules.patterns import outline
from scanners.rules.throwaway import limit_this_process

CPU_SECONDS = 60
TEXT_LENGTH = 2000


def read_papers(rules: Path) -> Iterator[RuleFacts]:
    """Yield every public rule in the order of the files; raise yara.Error or OSError."""
    for path in rule_files(rules / "yara"):
        text = path.read_text("utf-8")
        lines = {name: line for line, name in outline(text).rules}
        for rule in yara.compile(source=text, includes=False):
            if not rule.is_private:
                name, file = rule.identifier, path.relative_to(rules).as_posix()
                yield RuleFacts(name, "yara", file, lines.get(name, 0), papers(rule))


def papers(rule: yara.Rule) -> dict[str, str | int | bool]:
    """Return the metadata of a rule; long texts are cut off."""
    return {
        key: value[:TEXT_LENGTH] if isinstance(value, str) else value
        for key, value in rule.meta.items()
    }


def main(arguments: list[str]) -> int:
    limit_this_process(CPU_SECONDS)
    found: list[dict[str, object]] = []
    for one in read_papers(Path(arguments[0])):
        if len(found) >= MAX_RULES:
            raise SystemExit(f"more than {MAX_RULES} rules")
        found.append(asdict(one))
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
