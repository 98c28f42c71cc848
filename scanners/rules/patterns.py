"""Where rules and their texts stand in a source that compiles: no engine tells lines.  Pure."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

_TOKEN = re.compile(
    r"""
    //[^\n]*+ | /\*.*?\*/                                       # a comment
    | \brule\s++(?P<rule>\w++)
    | \bimport\s++"(?P<module>\w++)"
    | (?P<name>\$\w*+)\s*+=\s*+
      (?: "(?P<text>(?:\\.|[^"\\\n])*+)"
        | \{(?P<hex>(?:[^}/]|//[^\n]*+|(?>/\*.*?\*/))*+)\}
        | (?P<regex>/(?:\\.|[^/\\\n])++/[is]*+) )
      (?P<modifiers>(?:\s*\b(?:ascii|wide|nocase|fullword|private|xor|base64wide|base64)\b
        |\s*\([^)]*+\))*)
    | "(?:\\.|[^"\\\n])*+" | (?P<matched>/(?:\\.|[^/\\\n])++/[is]*+)  # in metadata and conditions
    """,
    re.DOTALL | re.VERBOSE,
)  # nothing is tried twice: rules come from anywhere
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r"}
_HEX_TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|\s+|\[[^\]]*\]|~?[0-9A-Fa-f?]{2}|.", re.DOTALL)
_PLAIN = re.compile(r"[0-9A-Fa-f]{2}")


class PatternKind(StrEnum):
    TEXT = "text"
    HEX = "hex"
    REGEX = "regex"


@dataclass(frozen=True, slots=True)
class Pattern:
    """One `$name = …` of a rule."""

    rule: str
    line: int
    """From 1."""
    name: str
    kind: PatternKind
    runs: tuple[bytes, ...]
    """What stands there byte by byte, between wildcards; nothing for a regular expression."""
    modifiers: str
    declared: str
    """All of it, as it stands in the source."""

    @property
    def expression(self) -> str:
        """Return what stands between the slashes of a regular expression."""
        return self.declared.partition("/")[2].rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Outline:
    """What one source holds, in its order."""

    rules: tuple[tuple[int, str], ...]
    """Line, from 1, and name."""
    modules: tuple[tuple[int, str], ...]
    """Line and name of each import."""
    patterns: tuple[Pattern, ...]
    matched: tuple[Pattern, ...]
    """Regular expressions in conditions, which `matches` holds against what a module read."""
    _lines: Mapping[str, int]

    def line_of(self, rule: str) -> int:
        """Return the line that begins the rule, from 1; 0 if there is none of that name."""
        return self._lines.get(rule, 0)

    def rule_at(self, line: int) -> str:
        """Return the rule that a line belongs to; empty before the first."""
        at = bisect_right(self.rules, line, key=lambda rule: rule[0])
        return self.rules[at - 1][1] if at else ""


def outline(source: str) -> Outline:
    """Read a source that some engine has compiled; others yield nonsense, but no error."""
    rules: list[tuple[int, str]] = []
    modules: list[tuple[int, str]] = []
    patterns: list[Pattern] = []
    matched: list[Pattern] = []
    line, read, rule = 1, 0, ""
    for token in _TOKEN.finditer(source):
        line += source.count("\n", read, token.start())
        read = token.start()
        if token["rule"]:
            rules.append((line, token["rule"]))
            rule = token["rule"]
        elif token["module"]:
            modules.append((line, token["module"]))
        elif token["name"]:
            patterns.append(_pattern(token, rule, line))
        elif token["matched"]:
            declared = f"$matches = {token['matched']}"
            found = Pattern(rule, line, "$matches", PatternKind.REGEX, (), "", declared)
            matched.append(found)
    lines = {name: line for line, name in reversed(rules)}
    return Outline(tuple(rules), tuple(modules), tuple(patterns), tuple(matched), lines)


def _pattern(token: re.Match[str], rule: str, line: int) -> Pattern:
    runs: tuple[bytes, ...] = ()
    kind = next(kind for kind in PatternKind if token[kind] is not None)
    if kind is PatternKind.TEXT:
        runs = (_ESCAPE.sub(_escaped, token["text"]).encode("utf-8", "surrogateescape"),)
    elif kind is PatternKind.HEX:
        runs = tuple(_runs(token["hex"]))
    return Pattern(rule, line, token["name"], kind, runs, token["modifiers"], token[0])


def _runs(text: str) -> Iterator[bytes]:
    run = bytearray()
    for piece in _HEX_TOKEN.finditer(text):
        if _PLAIN.fullmatch(piece[0]):
            run += bytes.fromhex(piece[0])
        elif not piece[0].isspace() and not piece[0].startswith("/"):
            yield bytes(run)
            run.clear()
    yield bytes(run)


def _escaped(found: re.Match[str]) -> str:
    """Return one character for one byte, whatever byte it is."""
    if found[1]:
        value = int(found[1], 16)
        return chr(value) if value < 0x80 else chr(0xDC00 + value)
    return _NAMED.get(found[2], found[2])
