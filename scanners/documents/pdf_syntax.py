"""The objects of PDF, read as viewers read them: leniently.  (ISO 32000-1 §7.3)"""

import re
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from scanners.errors import ContentMalformed, ScannerError, TooManyMembers

MAX_TOKENS = 250_000
"""Tokens of one object, a quarter of a second for this many: the widths of all glyphs of a large
font are fewer, and the named places of a long handbook."""
MAX_STRING = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reference:
    """Stands for another object.  The generation says nothing that matters here."""

    number: int


class Name(str):
    """A name, #xx escapes undone."""

    __slots__ = ()


Value: TypeAlias = "int | bytes | Name | Reference | list[Value] | dict[str, Value] | None"
"""Strings are bytes; None is also what cannot be understood; real numbers are cut."""


class Parsed(NamedTuple):
    """One object, as far as it could be read."""

    value: Value
    end: int
    """Offset behind it."""
    failure: ScannerError | None = None
    """TooManyMembers: it goes on; ContentMalformed: it breaks off where an object may not end."""


_BLANK = rb"(?:[\0\t\n\f\r ]+|%[^\r\n]*)*+"
_TOKEN = re.compile(
    _BLANK + rb"(?:(?P<mark><<|>>|[\[\]({}])|/(?P<name>[^\0\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|<(?P<hex>[^<>]*)>?|(?P<word>[^\0\t\n\f\r ()<>\[\]{}/%]+)|(?P<junk>[)>]))"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_PARENTHESIS = re.compile(rb"[()\\]")
_STRING_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_NOT_HEX = re.compile(rb"[^0-9A-Fa-f]")
_NUMBER = re.compile(rb"[+-]{0,2}(\d{0,18})(?:\.\d*)?-?$")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_END = frozenset({b"endobj", b"stream", b"endstream", b"obj", b"xref", b"startxref", b"trailer"})


def name_of(raw: bytes) -> Name:
    return Name(_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), raw).decode("latin-1"))


def text_of(value: Value) -> str:
    """Return a string as text (§7.9.2): UTF-16 or UTF-8 with a mark, else one byte a letter."""
    if not isinstance(value, bytes):
        return value if isinstance(value, Name) else ""
    if value.startswith((b"\xfe\xff", b"\xff\xfe")):
        return value.decode("utf-16", "replace")
    if value.startswith(b"\xef\xbb\xbf"):
        return value.decode("utf-8-sig", "replace")
    return value.decode("latin-1")


def parse(data: bytes | memoryview, at: int) -> Parsed:
    """Return the object that begins at `at`.  Never raises."""
    return _Parser(data, at).run()


class _Parser:
    """Builds one object without recursion: `open` holds the arrays and dictionaries begun."""

    def __init__(self, data: bytes | memoryview, at: int) -> None:
        self._data = data
        self._at = at
        self._open: list[tuple[bytes, list[Value]]] = []  # what closes it, what it holds so far
        self._failure: ScannerError | None = None

    def run(self) -> Parsed:
        top: list[Value] = []
        for _ in range(MAX_TOKENS):
            match = _TOKEN.match(self._data, self._at)
            if match is None:
                break
            if match["word"] in _END:
                if self._open:
                    self._failure = self._failure or ContentMalformed("an object breaks off")
                break
            self._at = match.end()
            self._add(match, top)
            if top and not self._open and not self._may_be_reference(top):
                break
        else:
            self._failure = TooManyMembers("more tokens than an object has")
        while self._open:
            self._close(top)
        return Parsed(top[0] if top else None, self._at, self._failure)

    def _add(self, token: re.Match[bytes], top: list[Value]) -> None:
        values = self._open[-1][1] if self._open else top
        mark = token["mark"]
        if mark in (b"<<", b"["):
            self._open.append((b">>" if mark == b"<<" else b"]", []))
        elif mark in (b">>", b"]"):
            if self._open and self._open[-1][0] == mark:
                self._close(top)
            elif self._open:
                values.append(None)  # as viewers do: it closes nothing, and is the value of its key
        elif mark == b"(":
            values.append(self._string())
        elif (raw := token["name"]) is not None:
            values.append(name_of(raw))
        elif (digits := token["hex"]) is not None:
            values.append(_hexadecimal(digits))
        elif (word := token["word"]) is not None:
            _add_word(values, word)

    def _close(self, top: list[Value]) -> None:
        closer, values = self._open.pop()
        outer = self._open[-1][1] if self._open else top
        outer.append(_dictionary(values) if closer == b">>" else values)

    def _may_be_reference(self, top: list[Value]) -> bool:
        return len(top) < 3 and all(isinstance(value, int) for value in top)

    def _string(self) -> bytes:
        """Read on behind the opening parenthesis, to the one that closes it."""
        start, depth = self._at, 1
        end = min(len(self._data), start + MAX_STRING)
        at = start
        while depth:
            match = _PARENTHESIS.search(self._data, at, end)
            if match is None:
                at = end + 1
                if end < len(self._data):
                    self._failure = TooManyMembers("a string longer than we read")
                break
            at = match.end()
            if match[0] == b"\\":
                at += 1
            else:
                depth += 1 if match[0] == b"(" else -1
        self._at = min(at, end)
        raw = bytes(self._data[start : at - 1])
        return _STRING_ESCAPE.sub(_unescaped, raw) if b"\\" in raw else raw


def _unescaped(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    if escaped[:1].isdigit() and escaped[0] < 0x38:
        return bytes([int(escaped, 8) & 0xFF])
    if escaped in (b"\r", b"\n", b"\r\n"):
        return b""
    return _LETTERS.get(escaped, escaped)


def _hexadecimal(digits: bytes) -> bytes:
    clear = _NOT_HEX.sub(b"", digits)
    return bytes.fromhex((clear + b"0" * (len(clear) % 2)).decode())


def _add_word(values: list[Value], word: bytes) -> None:
    if word == b"R" and len(values) > 1 and isinstance(number := values[-2], int):
        del values[-2:]
        values.append(Reference(number))
    elif match := _NUMBER.match(word):
        values.append(int(match[1] or b"0"))
    else:
        values.append(None)


def _dictionary(values: list[Value]) -> dict[str, Value]:
    """Pair names and values; a name without a value has None, a value without a name is lost."""
    pairs: dict[str, Value] = {}
    key: Name | None = None
    for value in values:
        if key is not None:
            pairs[key] = value
            key = None
        elif isinstance(value, Name):
            key = value
    if key is not None:
        pairs[key] = None
    return pairs
