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
from scanners.rules.trial import limit_this_process, line_of_rule

TEXT_LENGTH = 2000
TEXTS = ("level", "status", "description", "author", "date", "reference", "family", "basis")


def read_papers(rules: Path) -> Iterator[RuleFacts]:
    """Yield every public rule in the order of the files; raise yara.Error or OSError."""
    for path in rule_files(rules / "yara"):
        text = path.read_text("utf-8")
        for rule in yara.compile(source=text, includes=False):
            if not rule.is_private:
                file = path.relative_to(rules).as_posix()
                yield facts(file, line_of_rule(text, rule.identifier), rule)


def facts(file: str, line: int, rule: yara.Rule) -> RuleFacts:
    """Return what a rule says of itself; what is none of a paper's kind is left out."""
    meta = rule.meta
    texts = {key: str(meta.get(key, ""))[:TEXT_LENGTH] for key in TEXTS}
    score, seen = meta.get("score"), meta.get("sample_seen")
    return RuleFacts(
        name=rule.identifier,
        engine="yara",
        file=file,
        line=line,
        score=score if isinstance(score, int) and not isinstance(score, bool) else None,
        sample_seen=seen if isinstance(seen, bool) else None,
        **texts,
    )


def main(arguments: list[str]) -> int:
    limit_this_process()
    found: list[dict[str, object]] = []
    for one in read_papers(Path(arguments[0])):
        if len(found) >= MAX_RULES:
            raise SystemExit(f"more than {MAX_RULES} rules")
        found.append(asdict(one))
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
