"""Stowaways, polyglots, spelled programs, pages: bounded, repeatable, and nothing hides a program.

Input: a byte that chooses what the file begins as, then the rest of it.
"""

from samples import builders as b
from scanners.model import Content
from scanners.smuggling.pages import PageScanner
from scanners.smuggling.spelled import SpelledScanner
from scanners.smuggling.stowaways import StowawayScanner
from tests.fuzz.tree import KIT, PROGRAM, examine_twice, require_program

PICTURES = [b.gif(), b.jpeg(), b.png(), b.bmp()]
BEGINNINGS = [
    *PICTURES, b.wav(), b.mp4(), b.pdf(), b.rtf(), b.pe(), b.zip_of({"a": b"a"}), b"",
    b"<html><script>createObjectURL;atob('", b"[Convert]::FromBase64String('", b"%PDF-1.4\n",
]  # fmt: skip
SCANNERS = (StowawayScanner(KIT), SpelledScanner(), PageScanner(KIT))


def fuzz_one(data: bytes) -> None:
    choice, rest = data[0] if data else 0, data[1:]
    beginning = BEGINNINGS[choice % len(BEGINNINGS)]
    examine_twice(Content(memoryview(beginning + rest)), *SCANNERS)
    if beginning in PICTURES:
        require_program(Content(memoryview(beginning + rest + PROGRAM)), *SCANNERS)
