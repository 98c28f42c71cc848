"""Act: the first clause of rules/policy.toml that matches decides about a transfer.

Blocking clauses match if anything they name is there, allowing ones only if nothing else is
there (`Clause.matches`).  A monitored clause notes what it would do and steps back for every
later clause that blocks: to watch a clause never opens a door that another one keeps shut.
"""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from scanners.model import Level
from verdicts.clause import Case, Clause, Mode
from verdicts.model import Action, Ruling, Transfer, Verdict
from verdicts.policy_file import BYPASS, DEFAULT, PolicyFile, read_policy_file

PLAIN = Verdict(Level.CLEAN)


def verdict_is_plain(verdict: Verdict) -> bool:
    """Return whether clauses see nothing in the verdict but that it is clean."""
    return verdict.level is Level.CLEAN and not verdict.detections and not verdict.unscanned


@dataclass(frozen=True, slots=True)
class Policy:
    """Immutable; shared by all transfers of a front."""

    file: PolicyFile
    monitors: bool
    """The whole post only observes: everything passes, and `wanted` says what would have been."""
    digest: str
    """16 hex digits; changes whenever any ruling could.  Part of the ISTag."""
    plain: tuple[Clause, ...]
    """The clauses that can match a verdict with nothing in it: most verdicts meet only these."""

    @classmethod
    def read(cls, path: Path, *, observe: bool = False) -> "Policy":
        """Read the file; it or `observe`, the setting, may make the post an observer.

        Raises RuleFileError, whose text begins with file and line.
        """
        file = read_policy_file(path)
        monitors = observe or file.mode is Mode.MONITOR
        digest = hashlib.sha256(f"{file.digest} {monitors}".encode()).hexdigest()[:16]
        plain = tuple(clause for clause in file.clauses if clause.weights.touch(PLAIN))
        return cls(file, monitors, digest, plain)

    def decide(self, verdict: Verdict, transfer: Transfer, size: float) -> Ruling:
        """Return the ruling.  `size` in bytes, infinite for a stream without end."""
        case = Case(verdict, transfer, size)
        watched: Clause | None = None
        for clause in self.plain if verdict_is_plain(verdict) else self.file.clauses:
            if not clause.matches(case):
                continue
            if clause.mode is Mode.MONITOR:
                watched = watched or clause
            elif watched and clause.action is Action.ALLOW:
                return _watch(watched, verdict)
            else:
                return self._rule(clause.action, clause.name, verdict)
        if watched and (self.file.default is Action.ALLOW or watched.weights.excuse(verdict)):
            return _watch(watched, verdict)
        return self._rule(self.file.default, DEFAULT, verdict)

    def bypass(self, transfer: Transfer) -> Ruling | None:
        """Return the ruling for a host of `bypass_hosts`, None for any other.

        Asked before inspection.  The level is unknown, for nothing was inspected, and the
        clause is "bypass", so that such transfers can be counted.
        """
        if not self.file.bypasses(transfer):
            return None
        return self._rule(Action.ALLOW, BYPASS, Verdict(Level.UNKNOWN))

    def _rule(self, action: Action, clause: str, verdict: Verdict) -> Ruling:
        ruling = Ruling(action, clause, True, action, verdict)
        return replace(ruling, action=Action.ALLOW, enforced=False) if self.monitors else ruling


def _watch(clause: Clause, verdict: Verdict) -> Ruling:
    return Ruling(Action.ALLOW, clause.name, False, clause.action, verdict)
