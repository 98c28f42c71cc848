"""The index of a rule set: what its rules say of themselves, and where they stand.

For those who may not load rules themselves: the papers are read in a process that is thrown away.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scanners.rules.clamav import SEPARATORS

PROJECT = Path(__file__).parents[2]
READ_SECONDS = 60
MAX_OUTPUT = 64 * 1024 * 1024
MAX_RULES = 100_000
MAX_SOURCE = 64 * 1024


class IndexFailed(Exception):
    """The papers of this set cannot be read; says why."""


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """One YARA rule, or one ClamAV signature: those have no papers, only a name."""

    name: str
    engine: str
    """yara or clamav."""
    file: str
    """Relative to the rules folder."""
    line: int
    """From 1; 0 if it could not be found."""
    level: str = "malicious"
    status: str = ""
    """testing, stable or deprecated; empty for a signature."""
    score: int | None = None
    """From 0 to 100; None if the author gave none."""
    description: str = ""
    author: str = ""
    date: str = ""
    reference: str = ""
    family: str = ""
    basis: str = ""
    """What its author says it rests on."""
    sample_seen: bool | None = None


def rule_index(rules: Path) -> dict[str, RuleFacts]:
    """Return the rules and signatures of a checked set by name.  Blocks for up to a minute.

    Private rules are left out: they never show in a verdict.  Raises IndexFailed, OSError.
    """
    found = {facts.name: facts for facts in _yara(rules)}
    for facts in _clamav(rules):
        if len(found) >= MAX_RULES:
            break
        found.setdefault(facts.name, facts)
    return found


def rule_source(rules: Path, facts: RuleFacts) -> str:
    """Return the file of a YARA rule or the line of a signature; a long one is cut off.

    Raises OSError.
    """
    with (rules / facts.file).open("rb") as file:
        if facts.engine == "clamav":
            for _ in range(facts.line - 1):
                file.readline()
            return file.readline(MAX_SOURCE).decode("utf-8", "replace").rstrip("\r\n")
        return file.read(MAX_SOURCE).decode("utf-8", "replace")


def _yara(rules: Path) -> list[RuleFacts]:
    command = [sys.executable, "-m", "scanners.rules.index_reader", str(rules.resolve())]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            command, cwd=PROJECT, capture_output=True, timeout=READ_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise IndexFailed(f"the rules could not be read within {READ_SECONDS} s") from None
    if done.returncode or len(done.stdout) > MAX_OUTPUT:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise IndexFailed(lines[-1] if lines else f"the reader ended with {done.returncode}")
    return [RuleFacts(**one) for one in json.loads(done.stdout)]


def _clamav(rules: Path) -> Iterator[RuleFacts]:
    for path in sorted((rules / "clamav").glob("*")):
        if path.suffix not in SEPARATORS:
            continue
        separator, field = SEPARATORS[path.suffix]
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                fields = line.split(separator, field + 1)
                if line.strip() and not line.startswith("#") and len(fields) > field:
                    yield RuleFacts(fields[field].strip(), "clamav", f"clamav/{path.name}", number)
