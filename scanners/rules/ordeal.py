"""Tries every regular expression of a set on contents that are made to be the worst for it.

What an expression looks like tells little of what it costs, and libyara looks at its clock too
rarely to be stopped.  So the contents grow: the first ones are too short to cost much anywhere.
"""

import time
from collections.abc import Iterable, Iterator

import yara

from scanners.rules.patterns import Pattern
from scanners.rules.records import Problem
from scanners.rules.repeats import fillers

SIZES = (256, 1024, 4096, 16 * 1024)
MOST_SECONDS = 4.0
"""Of processor time a MiB, on the worst content: 16 ms between two looks at the clock, so that the
deadline holds.  The dearest of what is shipped takes 1.2 to 2."""
LEAST_SECONDS = 0.02
"""Of one scan: less says nothing of a machine that does other things too."""
REPETITIONS = 3
ALL_SECONDS = 20.0
"""For all expressions of a set: those of 1,000 rules take a few."""
FIX = "repeat less, name fewer bytes by each class, or look for a text and test the rest around it"


class Ordeal:
    """The time that is left for all expressions of a set."""

    def __init__(self, seconds: float = ALL_SECONDS) -> None:
        self._end = time.process_time() + seconds

    def problems(self, file: str, patterns: Iterable[Pattern]) -> Iterator[Problem]:
        """Yield a problem for each of these expressions that libyara cannot be trusted with."""
        for pattern in patterns:
            if time.process_time() > self._end:
                fix = "have fewer regular expressions, or simpler ones"
                said = "the time for trying regular expressions is used up: this one is untried"
                yield Problem(file, pattern.line, pattern.rule, said, fix)
                return
            if said := _fault(pattern):
                yield Problem(file, pattern.line, pattern.rule, f"{pattern.name} {said}", FIX)


def _fault(pattern: Pattern) -> str:
    """Return what is wrong with the expression; empty if nothing is."""
    named = "$a" + pattern.declared.removeprefix(pattern.name)
    try:
        rules = yara.compile(source=f"rule one {{ strings: {named} condition: #a > 999999 }}")
    except yara.Error as error:
        return f"cannot be tried by itself ({error})"
    for filler in dict.fromkeys(filter(None, fillers(pattern.expression))):
        for size in SIZES:
            data = (filler * (size // len(filler) + 1))[:size]
            most = max(LEAST_SECONDS, MOST_SECONDS * size / 2**20)
            try:
                late = all(_seconds(rules, data) > most for _ in range(REPETITIONS))
            except yara.Error as error:
                return f"stops the engine on {size} bytes made for it ({error})"
            if late:
                said = f"takes more than {most * 1000:.0f} ms on {size} bytes"
                return f"{said} made for it: whoever sends a file of them stops all others"
    return ""


def _seconds(rules: yara.Rules, data: bytes) -> float:
    begun = time.process_time()
    rules.match(data=data, timeout=10)
    return time.process_time() - begun
