"""The index of a rule set: what its rules say of themselves, and where they stand.

For those who may not load rules themselves: the papers are read in a process that is thrown away.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from scanners.rules.catalogue import Entry
from scanners.rules.clamav import SEPARATORS
from scanners.rules.throwaway import ThrowawayFailed, run_throwaway

READER = "scanners.rules.index_reader"
READ_SECONDS = 60
MAX_RULES = 20_000
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
    papers: dict[str, str | int | bool] = field(default_factory=dict)
    """What a YARA rule says of itself; papers.py says what that may be."""

    @property
    def level(self) -> str:
        """malicious or suspicious; ClamAV knows no other level than malicious."""
        return str(self.papers.get("level", "malicious"))

    @property
    def status(self) -> str:
        """testing, stable or deprecated; empty for a signature."""
        return str(self.papers.get("status", ""))

    @property
    def score(self) -> int | None:
        """From 0 to 100; None if the author gave none."""
        score = self.papers.get("score")
        return score if isinstance(score, int) else None

    def row(self) -> dict[str, object]:
        """Return what every listing of rules says first."""
        return {
            "name": self.name,
            "engine": self.engine,
            "level": self.level,
            "status": self.status,
            "score": self.score,
        }


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


def entry_row(entry: Entry, rules: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return an entry of the catalogue as `GET /v1/rules` and `rules list --json` show it."""
    return {
        "name": entry.name,
        "named_in_articles": entry.named_in_articles,
        "kind": entry.kind,
        "aliases": entry.aliases,
        "first_seen": entry.first_seen,
        "networks": entry.networks,
        "transport": entry.transport,
        "basis": entry.basis,
        "about": entry.about,
        "references": entry.references,
        "rules": list(rules),
    }


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
    try:
        found = run_throwaway(READER, str(rules.resolve()), seconds=READ_SECONDS)
    except ThrowawayFailed as error:
        raise IndexFailed(f"the reader of the rules {error}") from None
    return TypeAdapter(list[RuleFacts]).validate_python(found)


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
