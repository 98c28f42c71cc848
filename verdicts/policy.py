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
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict
from verdicts.policy_file import PolicyFile, read_policy_file
from verdicts.policy_table import BYPASS, DEFAULT
from verdicts.trickle import Trickle

PLAIN = Verdict(Level.CLEAN)
UNREAD = Verdict(Level.UNKNOWN)
"""Of a transfer that is decided before its content."""
TUNNEL_KEYS = frozenset({"service", "channel", "user", "group", "client_ip", "host", "url"})
"""What is known of a CONNECT."""


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
    early: tuple[Clause, ...] | None
    """The clauses up to the first whose match depends on nothing but the content; None if that is
    the very first, as shipped."""
    tunnel: tuple[Clause, ...]
    """The clauses that look only at what is known of a CONNECT."""

    @classmethod
    def read(cls, path: Path, *, observe: bool = False) -> "Policy":
        """Read the file; it or `observe`, the setting, may make the post an observer.

        Raises RuleFileError, whose text begins with file and line.
        """
        file = read_policy_file(path)
        return cls.of(file, monitors=observe or file.mode is Mode.MONITOR)

    @classmethod
    def of(cls, file: PolicyFile, *, monitors: bool) -> "Policy":
        """Return the policy that a file states."""
        digest = hashlib.sha256(f"{file.digest} {monitors}".encode()).hexdigest()[:16]
        plain = tuple(clause for clause in file.clauses if clause.weights.touch(PLAIN))
        return cls(file, monitors, digest, plain, _early(file.clauses), _tunnel(file.clauses))

    def decide(self, verdict: Verdict, transfer: Transfer, size: float) -> Ruling:
        """Return the ruling.  `size` in bytes, infinite for a stream without end."""
        ruling = self._decide(verdict, transfer, size)
        if verdict.level is not Level.UNKNOWN or ruling.action is Action.ALLOW:
            return ruling
        inspected = replace(verdict, level=Level.CLEAN, unscanned=())
        spared = self._decide(inspected, transfer, size).action is Action.ALLOW
        return replace(ruling, for_gap=spared)

    def _decide(self, verdict: Verdict, transfer: Transfer, size: float) -> Ruling:
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

    def decide_early(self, transfer: Transfer) -> Ruling | None:
        """Return the ruling that no content could change, None if it takes an inspection.

        For a host of `bypass_hosts`, where the clause is "bypass"; else by the first clause that
        matches, if it asks nothing of the content and no clause above it could match.  The level
        is unknown, for nothing was inspected.  Who only watches wants to know all: None.
        """
        if self.file.bypasses(transfer):
            return self._rule(Action.ALLOW, BYPASS, UNREAD)
        if self.early is None or self.monitors:
            return None
        case = Case(UNREAD, transfer, 0)
        for clause in self.early:
            if not clause.may_match(case):
                continue
            if clause.asks_content or clause.mode is Mode.MONITOR:
                return None
            return self._rule(clause.action, clause.name, UNREAD)
        return self._rule(self.file.default, DEFAULT, UNREAD)

    def decide_tunnel(self, transfer: Transfer) -> Ruling | None:
        """Return the ruling on a CONNECT, None if no clause names it: then it passes.

        Only clauses count that look at nothing but where it goes and who asks: what will flow
        through the tunnel has no direction, name or type, and nobody will see it.
        """
        case = Case(UNREAD, transfer, 0)
        clause = next((clause for clause in self.tunnel if clause.may_match(case)), None)
        if clause is None or clause.action is Action.ALLOW or self.file.bypasses(transfer):
            return None
        return self._rule(clause.action, clause.name, UNREAD)

    def trickle(self, transfer: Transfer) -> Trickle | None:
        """Return what may leave before the ruling; None for nothing, as for every upload."""
        if not self.file.trickles or transfer.direction is not Direction.DOWNLOAD:
            return None
        case = Case(UNREAD, transfer, 0)
        return next((trickle for trickle in self.file.trickles if trickle.matches(case)), None)

    def _rule(self, action: Action, clause: str, verdict: Verdict) -> Ruling:
        ruling = Ruling(action, clause, True, action, verdict)
        return replace(ruling, action=Action.ALLOW, enforced=False) if self.monitors else ruling


def _early(clauses: tuple[Clause, ...]) -> tuple[Clause, ...] | None:
    """Leave out what lies behind a clause that could match any transfer."""
    open_to_all = (at for at, c in enumerate(clauses, 1) if c.asks_content and not c.tests)
    last = next(open_to_all, None)
    return None if last == 1 else clauses[:last]


def _tunnel(clauses: tuple[Clause, ...]) -> tuple[Clause, ...]:
    return tuple(
        clause
        for clause in clauses
        if clause.mode is Mode.ENFORCE
        and not clause.asks_content
        and clause.keys
        and clause.keys <= TUNNEL_KEYS
    )


def _watch(clause: Clause, verdict: Verdict) -> Ruling:
    return Ruling(Action.ALLOW, clause.name, False, clause.action, verdict)
