"""What a macro does, read from its source: runs by itself, and starts or fetches something.

For VBA and the Basic of OpenDocument.  A reading, no emulation: literals that are put together by
`&`, Chr, StrReverse and Replace are joined first, because obfuscated code hides its words so.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scanners.documents.macro_words import AUTO_RUN, CALLS, EVENTS, EXTENSIONS

HIDING = 20
"""Uses of functions that put words together, from which on they serve to hide them."""
SAID = 4
"""Calls that a detail names."""
LONGEST_REPLACED = 64 * 1024
"""Characters of a literal in which Replace is done."""

_PROCEDURE = re.compile(
    r"^[ \t]*(?:(?:public|private|friend|static|global)[ \t]+){0,3}(?:sub|function)[ \t]+\[?"
    rf"({AUTO_RUN}|{EVENTS})\b",
    re.IGNORECASE | re.MULTILINE,
)
_PLACES = ("environ", "%temp%", "%appdata%", "getspecialfolder")
_WRITE = re.compile(r"\bfor[ \t]+(?:binary|output|append)\b|\.savetofile\b|\.createtextfile\b")
_PROGRAM_NAME = re.compile(rf"\.(?:{'|'.join(EXTENSIONS)})\"")
_INDIRECT = re.compile(r"\b(?:(?:create|get)object[ \t]*\([ \t]*(?![ \t\"])|callbyname\b)")
_HIDING = re.compile(
    r"\b(?:chr[bw]?\$?|strreverse|replace|asc[bw]?|mid\$?)[ \t]*\(|[ \t]xor[ \t]", re.IGNORECASE
)
_TOKEN = re.compile(
    r"\"(?:[^\"\r\n]|\"\")*+\"|'[^\r\n]*|(?:(?<=[\n:])|^)[ \t]*rem[ \t][^\r\n]*", re.IGNORECASE
)
_LITERAL = re.compile(r"\"[^\"\r\n]*\"")
_CONTINUED = re.compile(r"[ \t]_[ \t]*\r?\n")
_CHR = re.compile(
    r"\bchr[bw]?\$?[ \t]*\([ \t]*((?:&h[0-9a-f]{1,4}|\d{1,5})&?(?:[ \t]*[+-][ \t]*\d{1,5}){0,4})"
    r"[ \t]*\)"
)
_NUMBER = re.compile(r"([+-]?)[ \t]*(&h[0-9a-f]{1,4}|\d{1,5})")
_JOINED = re.compile(r"\"[ \t]*[&+][ \t]*\"")
_REVERSE = re.compile(r"\bstrreverse[ \t]*\([ \t]*\"([^\"\r\n]*)\"[ \t]*\)")
_REPLACE = re.compile(
    r"\breplace[ \t]*\([ \t]*\"([^\"\r\n]*)\"[ \t]*,[ \t]*\"([^\"\r\n]{1,64})\"[ \t]*,"
    r"[ \t]*\"([^\"\r\n]{0,8})\"[ \t]*\)"
)


@dataclass(frozen=True, slots=True)
class Doings:
    """What the sources of one project do, each list in the order of finding, without doubles."""

    auto_run: tuple[str, ...]
    calls: tuple[str, ...]

    @property
    def suspicious(self) -> bool:
        return bool(self.auto_run and self.calls)

    def __str__(self) -> str:
        start = f"{self.auto_run[0]} runs by itself" if self.auto_run else "nothing runs by itself"
        calls = f"; the code uses {', '.join(self.calls[:SAID])}" if self.calls else ""
        return start + calls


def doings(sources: Iterable[str]) -> Doings:
    """Say what these sources do together: one module may be called by another."""
    auto_run: dict[str, None] = {}
    calls: dict[str, None] = {}
    places = writes = False
    for source in sources:
        code = _without_comments(source)
        auto_run.update(dict.fromkeys(match[1] for match in _PROCEDURE.finditer(code)))
        plain = _put_together(code.lower())
        bare = _LITERAL.sub('""', plain)
        calls.update(dict.fromkeys(call.name for call in CALLS if call.found(plain, bare)))
        if _INDIRECT.search(plain) and len(_HIDING.findall(code)) >= HIDING:
            calls["a name put together"] = None
        places |= any(place in plain for place in _PLACES)
        writes |= _WRITE.search(plain) is not None and _PROGRAM_NAME.search(plain) is not None
    if places and writes:
        calls["writing a program"] = None
    return Doings(tuple(auto_run), tuple(calls))


def _without_comments(source: str) -> str:
    joined = _CONTINUED.sub(" ", source)
    return _TOKEN.sub(lambda token: token[0] if token[0].startswith('"') else "", joined)


def _put_together(code: str) -> str:
    """Join literals, twice: what is reversed was often joined before."""
    for _ in range(2):
        code = _CHR.sub(_character, code)
        code = _JOINED.sub("", code)
        code = _REVERSE.sub(lambda match: f'"{match[1][::-1]}"', code)
        code = _REPLACE.sub(_replaced, code)
    return code


def _character(match: re.Match[str]) -> str:
    total = 0
    for sign, digits in _NUMBER.findall(match[1]):
        number = int(digits[2:], 16) if digits.startswith("&h") else int(digits)
        total += -number if sign == "-" else number
    return f'"{chr(total).lower()}"' if 0x20 <= total < 0x7F and total != 0x22 else '""'


def _replaced(match: re.Match[str]) -> str:
    if len(match[1]) > LONGEST_REPLACED:
        return match[0]
    return f'"{match[1].replace(match[2], match[3])}"'
