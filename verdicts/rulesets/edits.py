"""What was edited over REST, a list or the policy, and how it is kept when another set comes.

`docs/decisions/0026-lists-are-edits-of-rule-sets.md` says why.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scanners.hash_lists import ALLOWED, BLOCKED, SHOWN_DIGITS, Listed, read_hash_list, with_line
from scanners.text_list import ListMalformed
from verdicts.rulesets.records import RulesetError
from verdicts.rulesets.store import Store

POLICY = "policy.toml"
LISTS = (BLOCKED, ALLOWED)
SHOWN = 20
"""Edits that are told one by one."""
Said = Listed | str | None
"""A line of a list, or the text of the policy; None: nothing."""


class EditsUnreadable(RulesetError):
    """A file cannot be read: nobody can say what was edited."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing that somebody changed over REST."""

    file: str
    digest: str
    """SHA-256 whose line it is; empty for the policy."""
    before: Said
    after: Said

    def __str__(self) -> str:
        if not self.digest:
            return f"{self.file}: replaced"
        if isinstance(self.after, Listed):
            done = f"{'added' if self.before is None else 'changed'}: {self.after.told}"
        else:
            done = "removed"
        return f"{self.file}: {self.digest[:SHOWN_DIGITS]} {done}"


@dataclass(frozen=True, slots=True)
class Merge:
    """What becomes of edits with another set."""

    missing: tuple[Edit, ...] = ()
    """It is in that as it was before they were made: they can be made again."""
    disputed: tuple[Edit, ...] = ()
    """That was changed as well, to something else."""


def edits(base: Path, edited: Path) -> tuple[Edit, ...]:
    """Return what turned the set in one folder into that in the other.  Blocks.

    Raises EditsUnreadable, OSError.
    """
    return tuple(_edits(base, edited))


def merge(made: Iterable[Edit], folder: Path) -> Merge:
    """Hold edits against the set in a folder.  Blocks.  Raises EditsUnreadable, OSError.

    What is there already is neither missing nor disputed, nor is a file that both list: of the
    words about it, those in the folder count.
    """
    there = {name: _lines(folder, name) for name in LISTS}
    missing, disputed = [], []
    for edit in made:
        now: Said = there[edit.file].get(edit.digest) if edit.digest else _text(folder, POLICY)
        if now == edit.after:
            continue
        if now == edit.before:
            missing.append(edit)
        elif not edit.digest or (now is None) != (edit.after is None):
            disputed.append(edit)
    return Merge(tuple(missing), tuple(disputed))


def merge_active(store: Store, folder: Path) -> Merge:
    """Hold the edits of the active set against the set in a folder.  Blocks.

    Raises EditsUnreadable, UnknownRuleset, OSError.
    """
    active = store.active
    if active is None or not active.base:
        return Merge()
    return merge(edits(store.folder(active.base), store.folder(active.id)), folder)


def made_again(missing: Iterable[Edit], folder: Path) -> dict[str, bytes]:
    """Return the files of the set in the folder that change, by name.  Blocks."""
    texts: dict[str, str] = {}
    for edit in missing:
        if isinstance(edit.after, str):
            texts[edit.file] = edit.after
        else:
            text = texts.get(edit.file) or _text(folder, edit.file)
            texts[edit.file] = with_line(text, edit.digest, edit.after)
    return {name: text.encode() for name, text in texts.items()}


def shown(made: Iterable[Edit]) -> list[str]:
    """Return a line for each, of many the first ones."""
    lines = list(map(str, made))
    more = len(lines) - SHOWN
    return lines if more <= 0 else [*lines[:SHOWN], f"and {more} more"]


def _edits(base: Path, edited: Path) -> Iterator[Edit]:
    for name in LISTS:
        was, now = _lines(base, name), _lines(edited, name)
        for digest in sorted(was.keys() | now.keys()):
            if was.get(digest) != now.get(digest):
                yield Edit(name, digest, was.get(digest), now.get(digest))
    before, after = _text(base, POLICY), _text(edited, POLICY)
    if before != after:
        yield Edit(POLICY, "", before, after)


def _lines(folder: Path, name: str) -> dict[str, Listed]:
    try:
        found = read_hash_list(folder / name).lines
    except ListMalformed as error:
        raise EditsUnreadable(str(error)) from error
    return {digest.hex(): listed for digest, listed in found.items()}


def _text(folder: Path, name: str) -> str:
    path = folder / name
    try:
        return path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    except UnicodeDecodeError as error:
        raise EditsUnreadable(f"{name} is not UTF-8") from error
