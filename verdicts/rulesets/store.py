"""The rule sets that a service keeps, and where each stands in its life.

Sets lie in `sets/ID/`, immutable: their id is the digest of their content.  Only the supervisor
calls what changes something (one call at a time); everybody may read meanwhile.
"""

import contextlib
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scanners.rules.manifest import MANIFEST, manifest, manifest_id
from verdicts.model import utc_now
from verdicts.record import microseconds
from verdicts.rulesets.copying import SIGNATURE, copy_set
from verdicts.rulesets.diff import Diff, compare
from verdicts.rulesets.durable import sync_folder, sync_tree
from verdicts.rulesets.journal import Journal, State
from verdicts.rulesets.records import (
    MAX_TEXT,
    Change,
    HistoryLine,
    SetTampered,
    Status,
    StoredSet,
    UnknownRuleset,
)
from verdicts.rulesets.signature import SignatureWrong, signed_by
from verdicts.rulesets.steps import demand_former, known, only, previous, take_step

MAX_NAMES = 100
PREFIX = re.compile(r"[0-9a-f]{4,16}")


class Store:
    """`<state>/rulesets/`.  `trusted`: the public keys whose signatures count, by name."""

    def __init__(
        self,
        folder: Path,
        trusted: Mapping[str, Ed25519PublicKey] = MappingProxyType({}),
    ) -> None:
        self._top = folder
        self._sets = folder / "sets"
        self._journal = Journal(folder)
        self._trusted = trusted

    @property
    def active(self) -> StoredSet | None:
        return only(self._journal.read(), Status.ACTIVE)

    @property
    def staged(self) -> StoredSet | None:
        return only(self._journal.read(), Status.STAGED)

    @property
    def previous(self) -> StoredSet | None:
        """What roll-back goes to: the set that was active before the present one."""
        return previous(self._journal.read())

    @property
    def turns(self) -> int:
        """How often a set has become active: never the same for two reigns, even of one set."""
        return self._journal.read().turns

    def all(self) -> list[StoredSet]:
        """Return all sets, those taken in last first."""
        return list(reversed(self._journal.read().sets.values()))

    def find(self, name: str) -> StoredSet:
        """Return the set of that id, or of its first digits (4 at least), or "active" and so on.

        Raises UnknownRuleset.
        """
        state = self._journal.read()
        named = {
            "active": only(state, Status.ACTIVE),
            "staged": only(state, Status.STAGED),
            "previous": previous(state),
        }
        if name in named:
            if (one := named[name]) is None:
                raise UnknownRuleset(f"there is no {name} rule set; see `douane rules status`")
            return one
        if not PREFIX.fullmatch(name):
            raise UnknownRuleset(
                f"{name[:40]!a} names no rule set: give 4 to 16 hex digits of its id, "
                "or active, staged, previous"
            )
        meant = [one for one in state.sets.values() if one.id.startswith(name)]
        if not meant:
            raise UnknownRuleset(f"there is no rule set {name}; see `douane rules status`")
        if len(meant) > 1:
            several = ", ".join(sorted(one.id for one in meant))
            raise UnknownRuleset(f"{name} is short for {several}; give more digits")
        return meant[0]

    def former(self, name: str = "") -> StoredSet:
        """Return what a roll-back goes to: the set of that name, as in find(), or the one before.

        Raises UnknownRuleset, and StepRefused if that was never active.
        """
        one = self.find(name or "previous")
        demand_former(self._journal.read(), one)
        return one

    def folder(self, ruleset: str) -> Path:
        """Return where the set with this whole id lies.  Raises UnknownRuleset."""
        return self._sets / known(self._journal.read(), ruleset).id

    def take_in(self, source: Path, *, author: str, note: str, origin: str) -> StoredSet:
        """Copy the rule set in the folder; it is unchecked.  Blocks.

        The same content again is the same set, as it stands, with the signature it may bring now.
        Raises SetMalformed, and SignatureWrong if none of the trusted keys made its signature.
        """
        self._sets.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy = self._sets / f".new-{secrets.token_hex(8)}"
        ruleset = manifest_id(copy_set(source, copy))
        try:
            signer = signed_by(copy, self._trusted)
            state = self._journal.read()
            if (known := state.sets.get(ruleset)) is not None:
                return self._again(state, known, copy, signer)
            self._put(copy, ruleset)  # if a crash left one, it is in no list
        finally:
            shutil.rmtree(copy, ignore_errors=True)
        line = _line(author, "taken in", ruleset, note)
        made = StoredSet(
            *(ruleset, Status.UNCHECKED, line.time, line.actor, line.why),
            *(origin[:MAX_TEXT], signer),
        )
        self._write(replace(state, sets={**state.sets, ruleset: made}), line)
        return made

    def rebase(self, ruleset: str, base: str) -> StoredSet:
        """Note which set this one, by its whole id, is an edit of; "" for none.  Blocks.

        Raises UnknownRuleset.
        """
        state = self._journal.read()
        one = known(state, ruleset)
        now = replace(one, base="" if base == ruleset else base)
        if now != one:
            self._journal.write(replace(state, sets={**state.sets, ruleset: now}))
        return now

    def mark(
        self,
        ruleset: str,
        status: Status,
        *,
        actor: str,
        why: str = "",
        rolled_back: bool = False,
    ) -> StoredSet:
        """Let the set with this whole id take the next step; return it as it is then.  Blocks.

        The set that was active, or staged, before is retired, or checked, again.  `rolled_back`:
        the step to active goes back, so that `previous` is what was active before that one.
        Raises UnknownRuleset, StepRefused.
        """
        state = self._journal.read()
        one = known(state, ruleset)
        after, action = take_step(state, one, status, why, rolled_back=rolled_back)
        former, changed = "", Change()
        if status is Status.ACTIVE:
            active = only(state, Status.ACTIVE)
            former = active.id if active else ""
            with contextlib.suppress(OSError):  # a former set that is gone must not hold this up
                changed = self.diff(former or None, ruleset).summary()
        line = replace(
            _line(actor, action, ruleset, why),
            former=former,
            added=_clipped(changed.added),
            removed=_clipped(changed.removed),
            changed=_clipped(changed.changed),
        )
        self._write(after, line)
        return after.sets[ruleset]

    def history(self) -> list[HistoryLine]:
        """Return every step of every set, newest first."""
        return self._journal.history()

    def diff(self, old: str | None, new: str) -> Diff:
        """Return what is new in the set `new`; None is the empty set.  Blocks."""
        return compare(None if old is None else self.folder(old), self.folder(new))

    def verify(self, ruleset: str) -> None:
        """Raise SetTampered unless the stored files are what the id says.  Blocks."""
        folder = self.folder(ruleset)
        try:
            listed, stated = manifest(folder), (folder / MANIFEST).read_bytes()
        except OSError as error:
            raise SetTampered(f"rule set {ruleset} cannot be read: {error}") from error
        if manifest_id(listed) != ruleset or listed != stated:
            raise SetTampered(
                f"the files of rule set {ruleset} in {folder} were changed; take it in again"
            )

    def signer(self, ruleset: str) -> str:
        """Return the name of the key, trusted now, that signed the set; empty if none did."""
        try:
            return signed_by(self.folder(ruleset), self._trusted)
        except SignatureWrong:
            return ""

    def prune(self, keep: int = 20) -> list[str]:
        """Remove all but the newest `keep` sets, and what crashes left; return the ids.  Blocks.

        Never those that are active or staged, nor the one that roll-back goes to, nor what these
        are edits of.
        """
        state = self._journal.read()
        kept = {one.id for one in (previous(state),) if one is not None}
        kept |= {id_ for id_, one in state.sets.items() if one.status in _IN_USE}
        kept |= {state.sets[each].base for each in kept} & state.sets.keys()
        rest = [each for each in state.sets if each not in kept]
        gone = rest[: max(0, len(state.sets) - max(keep, len(kept)))]
        if gone:
            sets = {each: one for each, one in state.sets.items() if each not in gone}
            past = tuple(each for each in state.past if each in sets)
            self._journal.write(replace(state, sets=sets, past=past))
        for folder in self._sets.glob("*"):
            if folder.name not in state.sets or folder.name in gone:
                shutil.rmtree(folder, ignore_errors=True)
        return gone

    def _again(self, state: State, there: StoredSet, copy: Path, signer: str) -> StoredSet:
        """Let a set that is there have the signature that came with it now, or be whole again."""
        try:
            self.verify(there.id)
        except SetTampered:
            self._put(copy, there.id)
        else:
            if not signer:
                return there
            sync_tree(copy)
            (copy / SIGNATURE).replace(self._sets / there.id / SIGNATURE)
            sync_folder(self._sets / there.id)
        signed = replace(there, signed_by=signer)
        self._journal.write(replace(state, sets={**state.sets, there.id: signed}))
        return signed

    def _put(self, copy: Path, ruleset: str) -> None:
        """Let the copy be the set, on the disk: the journal names it next."""
        sync_tree(copy)
        shutil.rmtree(self._sets / ruleset, ignore_errors=True)
        copy.rename(self._sets / ruleset)
        sync_folder(self._sets)

    def _write(self, state: State, line: HistoryLine) -> None:
        if state.last is not None:  # a clock that was set back must not turn the order
            line = replace(line, time=max(line.time, state.last.time))
        self._journal.write(replace(state, last=line, serial=state.serial + 1))


_IN_USE = (Status.ACTIVE, Status.STAGED)


def _line(actor: str, action: str, ruleset: str, why: str) -> HistoryLine:
    return HistoryLine(
        microseconds(utc_now()), actor[:MAX_TEXT], action, ruleset, why=why[:MAX_TEXT]
    )


def _clipped(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) <= MAX_NAMES:
        return names
    return (*names[:MAX_NAMES], f"and {len(names) - MAX_NAMES} more")
