"""Windows shortcuts: read in bounded time, and what lies behind one is found.

Input: what stands behind the class of a shortcut's header.
"""

from scanners.model import Content
from scanners.shortcuts.container import ShortcutScanner
from scanners.shortcuts.lnk_file import read_shortcut
from tests.fuzz.tree import KIT, PROGRAM, examine_twice, require_program

SCANNER = ShortcutScanner(KIT)
HEAD = bytes.fromhex("4c0000000114020000000000c000000000000046")


def fuzz_one(data: bytes) -> None:
    view = memoryview(HEAD + data)
    shortcut = read_shortcut(view)
    assert 0 <= shortcut.end <= len(view) + 4
    examine_twice(Content(view, name="a.lnk"), SCANNER)
    if not shortcut.broken and shortcut.end <= len(view):
        whole = bytes(view[: shortcut.end])
        if read_shortcut(memoryview(whole + PROGRAM)).end == len(whole):
            require_program(Content(memoryview(whole + PROGRAM), name="a.lnk"), SCANNER)
