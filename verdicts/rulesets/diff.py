"""What differs between two rule sets, in the words of an analyst: rules, list lines, files.

Rules are found by their text alone.  A set that was never checked can be compared as well.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from scanners.rules.clamav import SEPARATORS
from scanners.rules.manifest import manifest
from verdicts.rulesets.records import Change

MAX_COMPARED = 8 * 1024 * 1024
"""A larger file is only said to differ."""
PRIVATE_LISTS = ("passwords.txt",)
PRIVATE = "(a password)"

_TOKEN = re.compile(
    r"""
    (?P<comment> //[^\n]* | /\*.*?(?:\*/|\Z) )
  | (?P<literal> "(?:\\.|[^"\\\n])*+"? | /(?:\\.|[^/\\\n])++/? )
  | (?P<rule> \b (?:(?:private|global)\s++){0,2}+ rule\s++ (?P<name>\w++) )
  | (?P<space> \s++ )
  | \w++ | .
    """,
    re.DOTALL | re.VERBOSE,
)  # each alternative takes what it began: the time is linear in the text, however it is made


@dataclass(frozen=True, slots=True)
class ListChange:
    """Lines that came to or left a list; comments and order do not count."""

    file: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    files: Change
    rules: Change
    """YARA rules and ClamAV signatures.  Comments and spaces between words do not count."""
    lists: tuple[ListChange, ...] = ()

    def summary(self) -> Change:
        """Return rules, and those files that hold no rules."""
        return Change(*map(_merged, _sides(self.rules), _sides(self.files)))


def compare(old: Path | None, new: Path) -> Diff:
    """Return what `new` has that `old` has not, and the reverse.  None is the empty set.  Blocks.

    Raises OSError.
    """
    before = {} if old is None else digests(manifest(old))
    after = digests(manifest(new))
    files = _change(before, after)
    old_rules: dict[str, str] = {}
    new_rules: dict[str, str] = {}
    lists = []
    for name in sorted((*files.added, *files.removed, *files.changed)):
        was = _text(old, name) if old is not None and name in before else ""
        now = _text(new, name) if name in after else ""
        if was is None or now is None:
            continue
        if _holds_rules(name):
            old_rules |= _rules(name, was)
            new_rules |= _rules(name, now)
        elif name.endswith(".txt"):
            lists.append(_list_change(name, was, now))
    return Diff(files, _change(old_rules, new_rules), tuple(lists))


def digests(listed: bytes) -> dict[str, str]:
    """Return path -> SHA-256, from the text of a manifest."""
    lines = listed.decode("utf-8", "replace").splitlines()
    pairs = (line.partition("  ") for line in lines)
    return {name: digest for digest, _, name in pairs}


def yara_rules(source: str) -> dict[str, str]:
    """Return rule name -> its text without comments, spaces made one."""
    found: dict[str, list[str]] = {}
    pieces: list[str] = []
    for token in _TOKEN.finditer(source):
        if token["rule"]:
            pieces = found.setdefault(token["name"], [])
            pieces.append(" ".join(token["rule"].split()))
        elif token["comment"] or token["space"]:
            if pieces and pieces[-1] != " ":
                pieces.append(" ")
        else:
            pieces.append(token[0])
    return {name: "".join(text).strip() for name, text in found.items()}


def _rules(name: str, text: str) -> dict[str, str]:
    if name.endswith(".yar"):
        return yara_rules(text)
    separator, field = SEPARATORS[Path(name).suffix]
    signatures: dict[str, str] = {}
    for line in text.splitlines():
        fields = line.split(separator)
        if line.strip() and not line.startswith("#") and field < len(fields):
            signatures[fields[field]] = line
    return signatures


def _holds_rules(name: str) -> bool:
    return name.endswith(".yar") or (name.startswith("clamav/") and Path(name).suffix in SEPARATORS)


def _list_change(name: str, was: str, now: str) -> ListChange:
    before, after = (
        {line.strip(): None for line in text.splitlines() if line.strip() and line[0] != "#"}
        for text in (was, now)
    )
    added = tuple(line for line in after if line not in before)
    removed = tuple(line for line in before if line not in after)
    if name in PRIVATE_LISTS:
        added, removed = (PRIVATE,) * len(added), (PRIVATE,) * len(removed)
    return ListChange(name, added, removed)


def _text(folder: Path, name: str) -> str | None:
    path = folder / name
    if path.stat().st_size > MAX_COMPARED:
        return None
    return path.read_bytes().decode("utf-8", "replace")


def _change(before: dict[str, str], after: dict[str, str]) -> Change:
    both = before.keys() & after.keys()
    return Change(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(name for name in both if before[name] != after[name])),
    )


def _sides(change: Change) -> tuple[tuple[str, ...], ...]:
    return change.added, change.removed, change.changed


def _merged(rules: tuple[str, ...], files: tuple[str, ...]) -> tuple[str, ...]:
    return (*rules, *(name for name in files if not _holds_rules(name)))
