"""Patterns that both engines take without a word, and that cost every transfer.  Pure.

libyara looks for up to four bytes of each pattern at every offset.  Measured on 4 MiB each of
programs, Python sources, noise and zeros: any rule costs 0.9 ms a MiB; two letters add up to 1.1,
`xor` with 15 keys 0.5, with 31 keys 1.5, with 255 keys 3.0 (more than the whole set may), and a hex
pattern whose only fixed bytes are zeros 30 on zeros.  Regular expressions without fixed bytes,
loops over the file and single letters are refused by the engines themselves.
"""

import re
from collections.abc import Iterator

from scanners.rules.patterns import Outline, Pattern, PatternKind
from scanners.rules.records import Problem
from scanners.rules.repeats import MOST_COUNTS, repeats

FEWEST_BYTES = 4
"""Of a text: what libyara looks for at once."""
MOST_KEYS = 16
_XOR = re.compile(r"\bxor\b(?:\s*\(\s*(\w+)\s*(?:-\s*(\w+)\s*)?\))?")
_REFUSED_MODULES = {
    "console": "it writes into the log of the scanner",
    "time": "what a rule finds must not depend on the hour",
    "tests": "it is there to test libyara",
}


def slow_patterns(file: str, found: Outline) -> Iterator[Problem]:
    """Yield a problem for each pattern that is dear, and each module that has no place in rules."""
    for line, module in found.modules:
        if why := _REFUSED_MODULES.get(module):
            yield Problem(
                file, line, "", f"the module {module} is refused: {why}", "do without the import"
            )
    for pattern in (*found.patterns, *found.matched):
        for problem, fix in _faults(pattern):
            yield Problem(file, pattern.line, pattern.rule, f"{pattern.name} {problem}", fix)


def _faults(pattern: Pattern) -> Iterator[tuple[str, str]]:
    keys = _xor_keys(pattern.modifiers)
    if keys > MOST_KEYS:
        fix = "give the keys in use, xor(0x01-0x0f) at most, or write the few variants out"
        yield f"is looked for under {keys} keys: slow everywhere", fix
    if pattern.kind is PatternKind.TEXT and _length(pattern) < FEWEST_BYTES:
        fix = f"write at least {FEWEST_BYTES}; a magic number is uint16(0) == 0x… in the condition"
        yield f"has less than {FEWEST_BYTES} bytes: slow everywhere", fix
    elif pattern.kind is PatternKind.HEX and not any(len(set(run)) > 1 for run in pattern.runs):
        fix = "let two different bytes stand side by side somewhere in it"
        yield "has no two different fixed bytes in a row: slow where they repeat", fix
    elif pattern.kind is PatternKind.REGEX:
        yield from _regex_faults(pattern.expression)


def _regex_faults(expression: str) -> Iterator[tuple[str, str]]:
    found = repeats(expression)
    fix = "write fixed repeats, or look for two texts and compare where they stand, @b - @a < 100"
    if found.nested:
        yield "repeats what repeats itself: no deadline holds for it", fix
    elif found.counts > MOST_COUNTS:
        yield f"repeats in {found.counts} ways, and {MOST_COUNTS} are the most: it stops scans", fix
    elif found.endless > 1:
        yield "takes anything without end twice: slow where the first part repeats", fix


def _length(pattern: Pattern) -> int:
    """Return the bytes of a text in the shortest form that is searched for."""
    modifiers = pattern.modifiers.split()
    only_wide = "wide" in modifiers and "ascii" not in modifiers
    return len(pattern.runs[0]) * (2 if only_wide else 1)


def _xor_keys(modifiers: str) -> int:
    """Return how many keys are tried; 0 without xor."""
    found = _XOR.search(modifiers)
    if found is None:
        return 0
    if found[1] is None:
        return 256
    first, last = int(found[1], 0), int(found[2] or found[1], 0)
    return last - first + 1
