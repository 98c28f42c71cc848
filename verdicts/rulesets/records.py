"""What the store of rule sets says: sets, their history, and what can be wrong with a request."""

from dataclasses import dataclass
from enum import StrEnum

from verdicts.rulesets.texts import legible, make_legible

MAX_TEXT = 500
"""Characters of an actor, a note or a reason that are kept."""


class RulesetError(Exception):
    """What was asked of the rule sets cannot be done; the text says why, and what to do."""


class UnknownRuleset(RulesetError):
    """No stored set, or more than one, is meant by the name."""


class SetMalformed(RulesetError):
    """What was handed in is no rule set, or larger than one may be."""


class SetTampered(RulesetError):
    """A stored set is not what its id says."""


class StepRefused(RulesetError):
    """The life cycle knows no such step."""


class Status(StrEnum):
    UNCHECKED = "unchecked"
    """Just taken in.  It cannot be staged: nothing is known of it."""
    CHECKED = "checked"
    STAGED = "staged"
    """In shadow: it is tried on live traffic and decides nothing.  At most one is."""
    ACTIVE = "active"
    """It decides.  At most one is, and from the first one on always exactly one."""
    RETIRED = "retired"
    """It was active and can be again."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class StoredSet:
    id: str
    status: Status
    made: int
    """When it was taken in, µs since 1970."""
    author: str
    note: str
    origin: str
    """Where it came from: "upload", or the folder that was copied."""
    signed_by: str = ""
    """Name of the trusted key whose signature it carries; empty if it carries none."""
    why: str = ""
    """Reason of its present status, above all of "refused"."""
    base: str = ""
    """The set whose edits over REST led to this one; empty if nobody edited anything."""

    def __post_init__(self) -> None:
        make_legible(self, "author", "note", "origin", "signed_by", "why")


@dataclass(frozen=True, slots=True)
class Change:
    """Names, sorted, that are in the new set only, in the old one only, or in both and differ."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One step in the life of one set.

    What it added, removed and changed is held against the set that was active before; of long
    lists the first names are kept, and a last one says how many more there were.
    """

    time: int
    """µs since 1970; later lines never have earlier times."""
    actor: str
    action: str
    """taken in, checked, staged, unstaged, activated, rolled back, retired or refused."""
    ruleset: str
    former: str = ""
    """The set that was active until then; empty if there was none or it did not change."""
    why: str = ""
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        make_legible(self, "actor", "action", "ruleset", "former", "why")
        for name in ("added", "removed", "changed"):
            object.__setattr__(self, name, tuple(map(legible, getattr(self, name))))
