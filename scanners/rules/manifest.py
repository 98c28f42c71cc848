"""What belongs to a rule set, and its identity: the digest of a list of its files' digests.

The list is a text that `sha256sum --check` understands.  Everything that decides anything is in
it, the policy and the proofs of the rules included, so that an id names exactly one state of all.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

MANIFEST = "MANIFEST"
"""Name of the list in a stored rule set."""
PLACES = (
    *("yara/**/*.yar", "yara/*/*.yar", "yara/tests/**/*.toml"),
    *("clamav/*", "catalogue/*.toml", "*.toml"),
    *("passwords.txt", "members.txt", "blocked.txt", "allowed.txt"),
)
"""Patterns of what belongs to a set.  A folder of rules may be a link, which "**" passes over."""
PATH = re.compile(r"(?:[A-Za-z0-9_+-][A-Za-z0-9_.+-]*/){0,4}[A-Za-z0-9_+-][A-Za-z0-9_.+-]*")
"""What a path within a set may look like: nothing hidden, no spaces, at most four folders."""
UNREAD = "no set takes a file of this name: it is not read"
UNREAD_FIX = "call it by letters, digits and _ . + - alone, with a letter first"


def shown(path: str) -> str:
    """Return a path as can be printed, whatever its name holds."""
    return path if path.isprintable() else path.encode("unicode_escape").decode()


def ruleset_files(rules: Path) -> list[str]:
    """Return the paths of all files of the set, relative to its folder, sorted.

    Others lie beside them: notes of people, what an editor keeps.
    """
    return sorted({path.relative_to(rules).as_posix() for path in _found(rules)})


def manifest(rules: Path) -> bytes:
    """Return a line for each file of the set: SHA-256, two spaces, path."""
    return b"".join(
        f"{hashlib.sha256((rules / name).read_bytes()).hexdigest()}  {name}\n".encode()
        for name in ruleset_files(rules)
    )


def manifest_id(listed: bytes) -> str:
    """Return 16 hex digits that stand for a manifest."""
    return hashlib.sha256(listed).hexdigest()[:16]


def ruleset_id(rules: Path) -> str:
    """Return 16 hex digits that change when, and only when, a file of the set changes."""
    return manifest_id(manifest(rules))


def _found(rules: Path) -> Iterator[Path]:
    for pattern in PLACES:
        for path in rules.glob(pattern):
            if PATH.fullmatch(path.relative_to(rules).as_posix()) and path.is_file():
                yield path
