"""Reads rules/policy.toml: everything in it is checked at start, never during a transfer."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from scanners.model import Code, Level, Reason
from verdicts.clause import ANYTHING, Clause, Mode, Weights
from verdicts.clause_keys import CONTENT_KEYS, KEYS, choices, host_patterns, keys_beside, words
from verdicts.model import Action, Transfer
from verdicts.policy_table import PolicyTable
from verdicts.rule_file import RuleFile
from verdicts.trickle import Trickle, read_trickle

TOP = ["default", "bypass_hosts", "policy", "clause", "trickle"]
CLAUSE = ["name", "action", "mode", "level", "codes", "reasons", *KEYS, "program"]
INFO = "info"
LEVELS = {level.name.lower(): level for level in Level}


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """The file, understood."""

    clauses: tuple[Clause, ...]
    trickles: tuple[Trickle, ...]
    default: Action
    mode: Mode
    bypasses: Callable[[Transfer], bool]
    digest: str
    """16 hex digits of what the file says; comments and layout do not count."""


def read_policy_file(path: Path) -> PolicyFile:
    """Raise RuleFileError, which names file and line, for anything not understood."""
    file = RuleFile.read(path)
    file.require_known(file.data, TOP, "in the policy")
    top = PolicyTable(file, file.data)
    if "default" not in file.data:
        raise top.refusal('the line default = "block" (or "allow") is missing')
    clauses = [
        _clause(PolicyTable(file, values, "clause", index))
        for index, values in enumerate(file.tables("clause"))
    ]
    trickles = [
        read_trickle(PolicyTable(file, values, "trickle", index))
        for index, values in enumerate(file.tables("trickle"))
    ]
    has_bypasses = file.data.get("bypass_hosts", []) != []
    return PolicyFile(
        tuple(clauses),
        tuple(trickles),
        top.take("default", _action, Action.BLOCK),
        _policy_mode(top),
        top.read("bypass_hosts", host_patterns) if has_bypasses else _none,
        hashlib.sha256(json.dumps(file.data, sort_keys=True).encode()).hexdigest()[:16],
    )


def _policy_mode(top: PolicyTable) -> Mode:
    """Read the table [policy], whose only key is `mode`."""
    values = top.values.get("policy", {})
    if not isinstance(values, dict):
        raise top.refusal("policy is a table: write [policy]", "policy")
    top.file.require_known(values, ["mode"], "in [policy]", "policy")
    return PolicyTable(top.file, values, "policy").take("mode", _mode, Mode.ENFORCE)


def _clause(table: PolicyTable) -> Clause:
    name = table.take_name()
    where = f"in clause '{name}'"
    table.file.require_known(table.values, CLAUSE, where, table.name, table.index)
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
    keys = keys_beside(table.file.path.parent, action)
    tests = {key: table.read(key, read) for key, read in keys.items() if key in table.values}
    early = {key: test for key, test in tests.items() if key not in CONTENT_KEYS}
    return Clause(
        name,
        action,
        mode,
        weights,
        tuple(early.values()),
        tuple(test for key, test in tests.items() if key in CONTENT_KEYS),
        frozenset(early),
    )


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
