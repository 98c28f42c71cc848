"""Launchers that are texts: each kind is judged in bounded time, and twice the same way.

Input: a byte that chooses the kind, then the text.
"""

from scanners.model import Content
from scanners.shortcuts.container import JUDGES, ShortcutScanner
from tests.fuzz.tree import KIT, examine_twice

SCANNER = ShortcutScanner(KIT)
NAMES = sorted(JUDGES)


def fuzz_one(data: bytes) -> None:
    kind = NAMES[(data[0] if data else 0) % len(NAMES)]
    name = f"a.{kind.replace('_', '-')}"
    examine_twice(Content(memoryview(data[1:]), name=name), SCANNER)
