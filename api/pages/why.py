"""Why a transfer was ruled as it was: sentences, the clause, and what in the file it was about."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from api.pages.show import Row
from scanners.model import Code, Level, Reason
from verdicts.model import Action
from verdicts.policy_table import BYPASS, DEFAULT
from verdicts.record import LEVEL_WORDS
from verdicts.rulesets.records import RulesetError
from verdicts.rulesets.store import Store
from verdicts.words import ACTIONS, CODES, LEVELS, REASONS

LEVEL_OF = {word: level for level, word in LEVEL_WORDS.items()}
INFO = "info"
MOST = 6
"""Things that are told in sentences; the list below them has all."""
LONGEST_POLICY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as the rule set of the verdict has it."""

    values: Mapping[str, Any]

    @property
    def lines(self) -> list[str]:
        """The clause as in policy.toml."""
        return [f"{key} = {_toml(value)}" for key, value in self.values.items()]

    def names_detection(self, found: Mapping[str, Any]) -> bool:
        """Tell if the clause asks for such a detection."""
        levels, codes = self._texts("level"), self._texts("codes")
        if found["level"] == INFO and INFO not in levels:
            return False
        if codes:
            return any(fnmatchcase(found["code"], pattern) for pattern in codes)
        return found["level"] in levels

    def names_gap(self, part: Mapping[str, Any]) -> bool:
        reasons = self._texts("reasons")
        return part["reason"] in reasons if reasons else "unknown" in self._texts("level")

    def _texts(self, key: str) -> Sequence[str]:
        value = self.values.get(key, ())
        return (value,) if isinstance(value, str) else tuple(value)


def read_clause(store: Store, ruleset: str, name: str) -> Clause | None:
    """Return the clause of this name; None if the rule set or the clause is gone."""
    try:
        path = store.folder(store.find(ruleset).id) / "policy.toml"
        if path.stat().st_size > LONGEST_POLICY:
            return None
        clauses = tomllib.loads(path.read_text("utf-8")).get("clause", [])
    except (RulesetError, OSError, ValueError):
        return None
    return next((Clause(one) for one in clauses if one.get("name") == name), None)


def sentences(row: Row) -> list[str]:
    """Return in words what was done, what was found, what could not be seen, and who decided."""
    return [_done(row), LEVELS[LEVEL_OF[row["level"]]], *_found(row), *_gaps(row), _ruled(row)]


def code_words(code: str) -> str:
    return CODES[Code(code)]


def reason_words(reason: str) -> str:
    return REASONS[Reason(reason)]


def _done(row: Row) -> str:
    done = f"The {row['direction']} was {ACTIONS[Action(row['action'])]}"
    if not row["enforced"] and row["wanted"] != row["action"]:
        wanted = ACTIONS[Action(row["wanted"])]
        return f"{done}: the policy only watches, and would have had it {wanted}."
    if row["action"] == Action.CUT:
        return f"{done}, when its first bytes had already been let through."
    return f"{done}."


def _found(row: Row) -> Iterator[str]:
    against = [one for one in row["detections"] if one["level"] != INFO]
    against.sort(key=lambda one: one["level"] != "malicious")
    for one in against[:MOST]:
        yield f"{code_words(one['code'])}: {one['name']}{_place(one)}."
    if len(against) > MOST:
        yield f"And {len(against) - MOST} more findings, listed below."


def _gaps(row: Row) -> Iterator[str]:
    reasons = dict.fromkeys(part["reason"] for part in row["unscanned"])
    for reason in reasons:
        parts = [part for part in row["unscanned"] if part["reason"] == reason]
        many = f" ({len(parts)} parts)" if len(parts) > 1 else _place(parts[0])
        yield f"Not everything could be inspected{many}: {reason_words(reason)}."


def _ruled(row: Row) -> str:
    match row["clause"]:
        case clause if clause == DEFAULT:
            return "No clause of the policy matched, so its default decided."
        case clause if clause == BYPASS:
            return "The policy names this host among those that are never inspected."
    if row["action"] == Action.ALLOW and LEVEL_OF[row["level"]] is not Level.CLEAN:
        return f"The clause “{row['clause']}” lets this pass all the same."
    return f"The clause “{row['clause']}” of the policy decided."


def _place(item: Mapping[str, Any]) -> str:
    return f" in {' › '.join(item['path'])}" if item["path"] else ""


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(_toml, value))}]"
    return str(value)
