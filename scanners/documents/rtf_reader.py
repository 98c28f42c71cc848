"""Picks objects, field codes and template names out of RTF, as leniently as Word reads them.

([MS-RTF] 1.9.1.)  Only the groups of interest are read token by token: the rest is text, fonts and
pictures.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners.budget import Budget
from scanners.errors import ContentTooLarge, TooManyMembers

MAX_OPEN = 8
"""Objects within one another of which all digits are kept; Word takes the innermost."""
MAX_OBJECTS = 1_000
MAX_TOKENS = 20_000
"""Tokens of a field code or template name."""
MAX_TEXT = 16 * 1024
"""Bytes of a field code or template name that are kept."""
LOOK_BACK = 4096
"""Bytes before the data of an object in which its class and manners stand."""

_START = re.compile(rb"\\(objdata|template|fldinst)(?![a-zA-Z])-?\d*+ ?")
_TOKEN = re.compile(
    rb"(?P<brace>[{}])|\\(?:(?P<word>[a-zA-Z]{1,64})(?P<number>-?\d*+) ?|'(?P<hex>[0-9a-fA-F]{2})"
    rb"|(?P<symbol>[\s\S]))|(?P<text>[^{}\\]+)"
)
_OBJECT = re.compile(rb"\\(obj[a-z]{1,16})")
_CLASS = re.compile(rb"\\objclass\s?([^{}\\]{1,100})")
_NOT_HEX = bytes(set(range(256)) - set(b"0123456789abcdefABCDEF"))
_MARKED = re.compile(rb"'[0-9a-fA-F]{2}")


@dataclass(frozen=True, slots=True)
class Piece:
    """One object, or one text of interest."""

    kind: str
    """objdata, template, fldinst."""
    text: str = ""
    """Of a template or field code."""
    words: frozenset[str] = frozenset()
    """Control words before an object: objupdate, objautlink …"""
    class_name: str = ""
    readings: tuple[bytes, ...] = ()
    """What an object's data says, in the ways in which readers differ; the likely one first."""


@dataclass(slots=True)
class _Data:
    """Digits of one object."""

    at: int
    depth: int
    """Groups open around it when it began, the innermost one is its own."""
    seen: bytearray = field(default_factory=bytearray)
    """Without groups that readers ignore; "'" and two digits stand for an escaped character."""
    every: bytearray = field(default_factory=bytearray)


def pieces(view: memoryview, budget: Budget) -> Iterator[Piece]:
    """Yield what is of interest, in the order in which it ends; raise ScannerErrors."""
    count, behind, cut = 0, 0, False
    for match in _START.finditer(view):
        if match.start() < behind:
            continue
        if match[1] != b"objdata":
            yield Piece(match[1].decode(), _text(view, match.end(), budget))
            continue
        reader = _DataReader(view, match.end(), budget)
        for data in reader.run():
            count += 1
            if count > MAX_OBJECTS:
                raise ContentTooLarge("more objects than a document has")
            yield _piece(view, data)
        behind = reader.at
        cut = cut or reader.cut
    if cut:
        raise TooManyMembers("objects lie deeper in one another than in any document")


def _piece(view: memoryview, data: _Data) -> Piece:
    before = bytes(view[max(0, data.at - LOOK_BACK) : data.at])
    before = before[max(0, before.rfind(b"\\object")) :]
    words = frozenset(word.decode() for word in _OBJECT.findall(before))
    named = _CLASS.findall(before)
    name = named[-1].decode("latin-1").strip() if named else ""
    return Piece("objdata", words=words, class_name=name, readings=_readings(data))


def _readings(data: _Data) -> tuple[bytes, ...]:
    """Return the bytes: escaped characters left out, taken, or ending the digit before them."""
    seen = bytes(data.seen)
    ways = [_MARKED.sub(b"", seen), bytes(data.every).replace(b"'", b"")]
    if b"'" in seen:
        parts = (part.translate(None, _NOT_HEX) for part in _MARKED.split(seen))
        ways += [b"".join(part[: len(part) & ~1] for part in parts), seen.replace(b"'", b"")]
    return tuple(dict.fromkeys(map(_bytes, ways)))


def _bytes(digits: bytes) -> bytes:
    clear = digits.translate(None, _NOT_HEX)
    return bytes.fromhex(clear[: len(clear) & ~1].decode())


class _DataReader:
    """Reads the group of one object, and of those within it."""

    def __init__(self, view: memoryview, at: int, budget: Budget) -> None:
        self.at = at
        self._view = view
        self._budget = budget
        self._depth = 1
        self._open = [_Data(at, 1)]
        self._ignored: int | None = None
        """Depth of the outermost group whose text readers ignore."""
        self.cut = False
        """An object was given out before its end: too many were in it."""

    def run(self) -> Iterator[_Data]:
        starred, count = False, 0
        while self._open and (token := _TOKEN.match(self._view, self.at)):
            self.at = token.end()
            count += 1
            if count % 4096 == 0:
                self._budget.seconds_left()
            word, symbol = token["word"], token["symbol"]
            if token["brace"] == b"{":
                self._depth += 1
            elif token["brace"]:
                yield from self._close()
            elif word == b"bin":
                self._binary(token["number"])
            elif word == b"objdata":
                yield from self._begin()
            elif word is not None and starred and self._ignored is None:
                self._ignored = self._depth
            elif (digits := token["hex"]) is not None:
                self._keep(b"'" + digits)
            elif (text := token["text"]) is not None:
                self._keep(text.replace(b"'", b""))
            starred = symbol == b"*"
        while self._open:
            yield self._open.pop()

    def _begin(self) -> Iterator[_Data]:
        self._ignored = None
        if len(self._open) == MAX_OPEN:
            self.cut = True
            yield self._open.pop(0)
        self._open.append(_Data(self.at, self._depth))

    def _close(self) -> Iterator[_Data]:
        self._depth -= 1
        if self._ignored is not None and self._depth < self._ignored:
            self._ignored = None
        while self._open and self._depth < self._open[-1].depth:
            yield self._open.pop()

    def _binary(self, number: bytes) -> None:
        """Take the raw bytes behind \\bin."""
        length = 0 if number[:1] == b"-" else int(number[:12] or b"0")
        raw = bytes(self._view[self.at : self.at + length])
        self.at += len(raw)
        self._keep(raw.hex().encode())

    def _keep(self, text: bytes) -> None:
        for data in self._open:
            self._budget.spend_bytes(len(text))
            data.every += text
        if self._open and self._ignored is None:
            self._open[-1].seen += text


def _text(view: memoryview, at: int, budget: Budget) -> str:
    """Return the text of the group that `at` lies in, its formatting left out."""
    kept, depth, count = bytearray(), 1, 0
    while depth and len(kept) < MAX_TEXT and (token := _TOKEN.match(view, at)):
        at = token.end()
        count += 1
        if count > MAX_TOKENS:
            break
        if token["brace"]:
            depth += 1 if token["brace"] == b"{" else -1
        elif (text := token["text"]) is not None:
            kept += text[:MAX_TEXT].translate(None, b"\r\n\0")
        elif (digits := token["hex"]) is not None:
            kept += bytes.fromhex(digits.decode())
        elif token["symbol"] in (b"\\", b"{", b"}"):
            kept += token["symbol"]
        elif token["word"] == b"u":
            kept += chr(int(token["number"][:6] or b"0") & 0xFFFF).encode("latin-1", "replace")
    budget.seconds_left()
    return kept.decode("latin-1").strip()
