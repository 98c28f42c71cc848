"""Trickle: how much of a download may leave before its ruling, so that a client keeps waiting.

Off unless rules/policy.toml has a [[trickle]] that matches.  Whatever happens, the end of the body
is withheld, and most of it; nothing of an upload leaves, for a server would keep the torn file.
"""

import math
from dataclasses import dataclass, replace

from verdicts.clause import Case, Test
from verdicts.clause_keys import CONTENT_KEYS, KEYS, byte_count
from verdicts.policy_table import PolicyTable

MATCHING = {key: read for key, read in KEYS.items() if key not in {*CONTENT_KEYS, "direction"}}
OWN = ["name", "after_seconds", "every_seconds", "bytes", "most", "hold_back"]
MIN_HELD = 64 * 1024
MOST = 0.5


@dataclass(frozen=True, slots=True)
class Trickle:
    """One [[trickle]] of rules/policy.toml; all its tests must match."""

    name: str
    tests: tuple[Test, ...] = ()
    after_seconds: float = 10
    """The client waits so long until it gets the first bytes, and the head before them."""
    every_seconds: float = 5
    step_bytes: int = 1024
    """Bytes that leave at a time."""
    most: float = 0.1
    """The part of what has been received that may have left; at most 0.5."""
    hold_back: int = MIN_HELD
    """So many of the last bytes received never leave; at least 64 KiB."""

    def matches(self, case: Case) -> bool:
        return all(test(case) for test in self.tests)

    def allowance(self, received: int, seconds: float) -> int:
        """Return how many bytes of a body may have left, `seconds` after its head."""
        if seconds < self.after_seconds:
            return 0
        steps = 1 + math.floor((seconds - self.after_seconds) / self.every_seconds)
        share = math.floor(self.most * received)
        return max(0, min(steps * self.step_bytes, share, received - self.hold_back))


SHIPPED = Trickle("")


def read_trickle(table: PolicyTable) -> Trickle:
    """Raise RuleFileError, which names file and line, for anything not understood."""
    name = table.take_name()
    where = f"in trickle '{name}'"
    table.file.require_known(table.values, [*OWN, *MATCHING], where, table.name, table.index)
    table = replace(table, title=f"trickle '{name}': ")
    return Trickle(
        name,
        tuple(table.read(key, read) for key, read in MATCHING.items() if key in table.values),
        table.take("after_seconds", _seconds, SHIPPED.after_seconds),
        table.take("every_seconds", _seconds, SHIPPED.every_seconds),
        table.take("bytes", _step, SHIPPED.step_bytes),
        table.take("most", _share, SHIPPED.most),
        table.take("hold_back", _held, SHIPPED.hold_back),
    )


def _seconds(value: object) -> float:
    number = _number(value)
    if not 1 <= number <= 3600:
        raise ValueError("takes 1 to 3600 seconds")
    return number


def _share(value: object) -> float:
    number = _number(value)
    if not 0 < number <= MOST:
        raise ValueError(f"takes a part of the body, more than 0 and at most {MOST}")
    return number


def _step(value: object) -> int:
    count = byte_count(value)
    if not count:
        raise ValueError("takes at least 1 B")
    return count


def _held(value: object) -> int:
    count = byte_count(value)
    if count < MIN_HELD:
        raise ValueError("takes at least 64 KiB: with less, whole small files would leave")
    return count


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("takes a number")
    return float(value)
