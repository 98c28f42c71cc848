"""The identity of a rule set: a digest of every file that can change what a scan finds."""

import hashlib
from pathlib import Path

from scanners.rule_folders import rule_files

LISTS = ("types.toml", "members.txt", "passwords.txt")


def ruleset_id(rules: Path) -> str:
    """Return 16 hex digits that change when, and only when, a rule file changes or is renamed."""
    digest = hashlib.sha256()
    others = (*sorted(rules.glob("clamav/*")), *(rules / name for name in LISTS))
    for path in (*rule_files(rules / "yara"), *others):
        if path.is_file():
            data = path.read_bytes()
            digest.update(f"{path.relative_to(rules)}\0{len(data)}\0".encode())
            digest.update(data)
    return digest.hexdigest()[:16]
