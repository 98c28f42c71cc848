"""Reads rules/policy.toml: everything in it is checked at start, never during a transfer."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from scanners.model import Code, Level, Reason
from verdicts.clause import ANYTHING, Clause, Mode, Weights
from verdicts.clause_keys import KEYS, choices, host_patterns, keys_beside, words
from verdicts.model import Action, Transfer
from verdicts.rule_file import RuleFile, RuleFileError

BYPASS = "bypass"
DEFAULT = "default"
TOP = ["default", "bypass_hosts", "policy", "clause"]
CLAUSE = ["name", "action", "mode", "level", "codes", "reasons", *KEYS, "program"]
INFO = "info"
LEVELS = {level.name.lower(): level for level in Level}
NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The file, understood."""

    clauses: tuple[Clause, ...]
    default: Action
    mode: Mode
    bypasses: Callable[[Transfer], bool]
    digest: str
    """16 hex digits of what the file says; comments and layout do not count."""


def read_policy_file(path: Path) -> PolicyFile:
    """Raise RuleFileError, which names file and line, for anything not understood."""
    file = RuleFile.read(path)
    file.require_known(file.data, TOP, "in the policy")
    top = _Table(file, file.data)
    if "default" not in file.data:
        raise top.refusal('the line default = "block" (or "allow") is missing')
    clauses = [
        _clause(_Table(file, values, "clause", index))
        for index, values in enumerate(file.tables("clause"))
    ]
    has_bypasses = file.data.get("bypass_hosts", []) != []
    return PolicyFile(
        tuple(clauses),
        top.take("default", _action, Action.BLOCK),
        _policy_mode(top),
        top.read("bypass_hosts", host_patterns) if has_bypasses else _none,
        hashlib.sha256(json.dumps(file.data, sort_keys=True).encode()).hexdigest()[:16],
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """One table of the file."""

    file: RuleFile
    values: dict[str, object]
    name: str = ""
    index: int = 0
    title: str = ""
    """Begins every complaint about a value."""

    def take(self, key: str, read: Callable[[object], T], absent: T) -> T:
        return self.read(key, read) if key in self.values else absent

    def read(self, key: str, read: Callable[[object], T]) -> T:
        """Return what `read` makes of the value; its ValueError gets file and line."""
        try:
            return read(self.values[key])
        except ValueError as error:
            raise self.refusal(f"{self.title}{key} {error}", key) from None

    def refusal(self, message: str, key: str = "") -> RuleFileError:
        return self.file.refusal(message, self.name, self.index, key)


def _policy_mode(top: _Table) -> Mode:
    """Read the table [policy], whose only key is `mode`."""
    values = top.values.get("policy", {})
    if not isinstance(values, dict):
        raise top.refusal("policy is a table: write [policy]", "policy")
    top.file.require_known(values, ["mode"], "in [policy]", "policy")
    return _Table(top.file, values, "policy").take("mode", _mode, Mode.ENFORCE)


def _clause(table: _Table) -> Clause:
    name = table.take("name", _name, "")
    if not name:
        raise table.refusal("a clause needs a name: it stands in the verdict log")
    where = f"in clause '{name}'"
    table.file.require_known(table.values, CLAUSE, where, table.name, table.index)
    for earlier, values in enumerate(table.file.tables("clause")[: table.index]):
        if values["name"] == name:
            line = table.file.lines.get(("clause", earlier, ""), 0)
            raise table.refusal(f"the name '{name}' is taken by the clause in line {line}", "name")
    if "action" not in table.values:
        raise table.refusal(f'a line action = "block" (or "allow") is missing {where}')
    table = replace(table, title=f"clause '{name}': ")
    action = table.take("action", _action, Action.BLOCK)
    mode = table.take("mode", _mode, Mode.ENFORCE)
    if mode is Mode.MONITOR and action is Action.ALLOW:
        raise table.refusal(f"{table.title}mode monitor watches what a block would do", "mode")
    levels = table.take("level", _levels, ANYTHING)
    weights = replace(
        levels,
        codes=table.take("codes", _codes, frozenset()),
        reasons=table.take("reasons", _reasons, frozenset()),
    )
    if fault := _contradiction(weights):
        raise table.refusal(table.title + fault, "level")
    keys = keys_beside(table.file.path.parent)
    tests = [table.read(key, read) for key, read in keys.items() if key in table.values]
    return Clause(name, action, mode, weights, tuple(tests))


def _contradiction(weights: Weights) -> str:
    """Say why no verdict can ever match; empty if one can.  A dead clause protects nobody."""
    if weights.with_info:
        return "" if weights.codes else 'level "info" belongs to codes: no verdict has that level'
    if weights.levels and weights.levels <= {Level.CLEAN} and weights.reasons:
        return "never matches: with a reason the level is unknown or worse"
    if weights.levels and weights.levels <= {Level.CLEAN, Level.UNKNOWN} and weights.codes:
        return (
            "never matches: codes looks at suspicious and malicious detections only; "
            'level = "info" makes it look at the others too'
        )
    return ""


def _name(value: object) -> str:
    if not isinstance(value, str) or not NAME.fullmatch(value):
        raise ValueError("takes 1 to 64 letters, digits, '-', '_', '.'")
    if value in {BYPASS, DEFAULT}:
        raise ValueError(f"'{value}' is taken: the log uses it for rulings without a clause")
    return value


def _action(value: object) -> Action:
    if value == Action.HOLD:
        raise ValueError(
            "hold is not possible yet: nothing could release what is held; write block"
        )
    if value == Action.CUT:
        raise ValueError(
            "cut cannot be asked for: write block; a block is recorded as cut when a trickle "
            "had already let bytes pass"
        )
    return Action(_single(value, [Action.ALLOW, Action.BLOCK]))


def _mode(value: object) -> Mode:
    return Mode(_single(value, Mode))


def _single(value: object, known: Iterable[str]) -> str:
    if not isinstance(value, str):
        raise ValueError("takes one text")
    (only,) = choices(value, known)
    return only


def _levels(value: object) -> Weights:
    found = choices(value, [*LEVELS, INFO])
    return Weights(frozenset(LEVELS[word] for word in found if word != INFO), INFO in found)


def _reasons(value: object) -> frozenset[Reason]:
    return frozenset(map(Reason, choices(value, Reason)))


def _codes(value: object) -> frozenset[Code]:
    found: set[Code] = set()
    for pattern in words(value):
        codes = [code for code in Code if fnmatchcase(code, pattern)]
        if not codes:
            raise ValueError(f"knows no '{pattern}'; known: {', '.join(Code)}")
        found.update(codes)
    return frozenset(found)


def _none(_transfer: Transfer) -> bool:
    return False
