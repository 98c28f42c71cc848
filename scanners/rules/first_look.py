"""What rules are looked for first: a part of each that has to hold, or the rest cannot.  Pure.

libyara looks for every text of every rule at every offset, whatever the conditions say, and pays
for each byte that can begin one of them: 60 such bytes make noise four times as dear as one.  So a
content is first held against one part of each condition, the first that only counts texts, such as
`any of ($script*)`, and a piece of each of its texts, chosen so that few bytes begin them all.  The
rules themselves are tried if one of these parts holds, which happens on few contents.

A part follows from its condition and a piece from its text, so no hit is lost; whatever is not
plain is looked for as it stands.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanners.rules.folders import NOISE, joined_parts, rule_conditions
from scanners.rules.patterns import Pattern, PatternKind, outline

_COUNTS_TEXTS = re.compile(r"(?:\b(?:any|all|of|and|or|them|[1-9][0-9]*)\b|\$\w*\*?|[(),\s])+")
"""Nothing that more texts make untrue, as they do `not` and `0 of`: pieces occur more often."""
_NAMES = re.compile(r"\$\w*\*?|\bthem\b")
_STRINGS = re.compile(
    r"\brule\s+(\w+)\b(?:(?!\bcondition\s*:).)*?\bstrings\s*:(.*?)\bcondition\s*:", re.DOTALL
)
_PLAIN_MODIFIERS = ("ascii", "wide", "nocase")
_ATOM = 4
"""Bytes that libyara looks for at once: of a text those it takes for the rarest."""
_RARE = 70
"""By `_rank`: at most one of the four bytes stands everywhere."""
_SHORTEST = 5
"""Bytes of a piece: with four the first look finds something in too many contents."""
_LONG = 8
"""Bytes of a piece that finds next to nothing; longer ones are no better."""
_LONGEST = 64
"""Bytes of a text that pieces are cut from: enough to choose from."""
_RANKS = [12 if byte in b"\0 \xcc\xff" else 20 - 2 * bytes([byte]).isalpha() for byte in range(256)]
"""Of each byte, see `_rank`."""
_FREQUENT = frozenset(b"\0 etaoinsrhldc\xff")
"""Of texts and programs; a piece that begins with one costs twice as much."""
Pieces = Mapping[int, bytes]
"""The byte that libyara would look for -> the longest piece of a text that begins with it."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What has to hold of one rule."""

    rule: str
    condition: str
    patterns: tuple[Pattern, ...]


def first_look(sources: Mapping[str, str]) -> dict[str, str]:
    """Return rules that match whatever these sources match, and more; sources must compile."""
    parts = {file: _parts(source) for file, source in sources.items()}
    texts = {
        pattern.declared: _pieces(pattern)
        for found in parts.values()
        for part in found
        for pattern in part.patterns
        if _is_plain(pattern)
    }
    firsts = _few_first_bytes(texts.values())
    return {
        file: "\n".join(_written(part, texts, firsts) for part in found) or sources[file]
        for file, found in parts.items()
    }


def _parts(source: str) -> Sequence[_Part]:
    """Return a part of every rule of a source, in its order; none if one rule has no plain part."""
    bare = NOISE.sub(lambda found: " " if found[0][:2] in ("//", "/*") else found[0], source)
    found = outline(bare)
    conditions = rule_conditions(bare)
    sections = dict(_STRINGS.findall(NOISE.sub(" ", bare)))
    patterns: dict[str, list[Pattern]] = {rule: [] for _, rule in found.rules}
    for pattern in found.patterns:
        patterns[pattern.rule].append(pattern)
    parts = []
    for rule, own in patterns.items():
        declared = "".join(pattern.declared for pattern in own)
        read_all = _squeezed(NOISE.sub("", declared)) == _squeezed(sections.get(rule, ""))
        choices = filter(_COUNTS_TEXTS.fullmatch, joined_parts(conditions.get(rule, "")))
        part = next(filter(_NAMES.search, choices), None)
        if part is None or not read_all:
            return ()
        named = tuple(pattern for pattern in own if _is_named(pattern, part))
        parts.append(_Part(rule, part, named))
    return parts


def _is_named(pattern: Pattern, part: str) -> bool:
    own = pattern.name
    return any(
        name in ("them", own) or (name[-1] == "*" and own.startswith(name[:-1]))
        for name in _NAMES.findall(part)
    )


def _is_plain(pattern: Pattern) -> bool:
    """Tell if a piece of the pattern occurs wherever the pattern does."""
    others = set(pattern.modifiers.split()) - {*_PLAIN_MODIFIERS, "fullword", "private"}
    return pattern.kind is PatternKind.TEXT and not others


def _pieces(pattern: Pattern) -> Pieces:
    text = pattern.runs[0]
    folded = text.lower() if "nocase" in pattern.modifiers else text
    ranks = [_rank(text[at : at + _ATOM]) for at in range(min(len(text), _LONGEST) - _ATOM + 1)]
    found: dict[int, bytes] = {}
    for at, rank in enumerate(ranks):
        rarer = (later for later in range(at + 1, len(ranks)) if ranks[later] > rank)
        piece = text[at : next(rarer, len(ranks)) + _ATOM - 1]  # no more: its first bytes are it
        long_enough = len(piece) >= min(_SHORTEST, len(text))
        if rank >= _RARE and long_enough and len(piece) > len(found.get(folded[at], b"")):
            found[folded[at]] = piece
    return found or {folded[0]: text}


def _rank(atom: bytes) -> int:
    """Return how rare libyara 4.5 takes four bytes to be (yr_atoms_heuristic_quality)."""
    return sum(map(_RANKS.__getitem__, atom)) + 2 * len(set(atom))


def _few_first_bytes(texts: Iterable[Pieces]) -> set[int]:
    """Return bytes such that every text has a piece that begins with one of them."""
    chosen: set[int] = set()
    left = list(texts)
    while left:
        served: Counter[int] = Counter()
        for pieces in left:
            served.update({first: min(len(piece), _LONG) for first, piece in pieces.items()})
        best = max(served, key=lambda byte: (served[byte] / (1 + (byte in _FREQUENT)), byte))
        chosen.add(best)
        left = [pieces for pieces in left if best not in pieces]
    return chosen


def _written(part: _Part, texts: Mapping[str, Pieces], firsts: set[int]) -> str:
    declared = "\n".join(_declared(pattern, texts, firsts) for pattern in part.patterns)
    return f"rule {part.rule} {{ strings: {declared} condition: {part.condition} }}"


def _declared(pattern: Pattern, texts: Mapping[str, Pieces], firsts: set[int]) -> str:
    pieces = texts.get(pattern.declared)
    if pieces is None:
        return pattern.declared
    piece = max((pieces[first] for first in pieces.keys() & firsts), key=len)
    coded = "".join(f"\\x{byte:02x}" for byte in piece)
    modifiers = " ".join(word for word in _PLAIN_MODIFIERS if word in pattern.modifiers.split())
    return f'{pattern.name} = "{coded}" {modifiers}'


def _squeezed(text: str) -> str:
    return "".join(text.split())
