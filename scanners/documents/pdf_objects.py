"""Where the objects of a PDF are: found by their marks, in all revisions, streams of objects too.

The cross-reference tables are not asked: viewers rebuild them when they lie, so an object that no
table lists may count, and an older revision is one click away.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners.budget import Budget
from scanners.documents.pdf_filters import undo
from scanners.documents.pdf_syntax import Name, Reference, Value, parse
from scanners.errors import ContentMalformed, ScannerError, TooManyMembers

MAX_OBJECTS = 1_000_000
"""Objects of one file; the PDF 1.7 standard itself has 130,000."""
MAX_REVISIONS = 4
"""Definitions of one object that are looked at, the newest first."""
MAX_HOPS = 8
"""References that lead to references."""
NEAR, FAR = 32, 4096
"""Bytes before a mark in which its number is looked for; honest writers need 18."""

_MARK = re.compile(rb"obj")
_HEAD = re.compile(rb"(?:^|\D)(\d{1,10})[\0\t\n\f\r ]+\d{1,5}[\0\t\n\f\r ]*$")
_STREAM = re.compile(rb"(?:[\0\t\n\f\r ]+|%[^\r\n]*)*+stream(?:\r\n|\n|\r)?")
_END = re.compile(rb"(?:\r\n|\n|\r)?endstream|\r?\nendobj")
_PACKED = re.compile(rb"/(?:O|#4[fF])(?:b|#62)(?:j|#6[aA])(?:S|#53)(?:t|#74)(?:m|#6[dD])")
_PAIR = re.compile(rb"\s*(\d{1,10})\s+(\d{1,10})")


@dataclass(slots=True)
class Source:
    """Bytes that hold objects: the file, or a stream of objects."""

    view: memoryview
    starts: list[int] = field(default_factory=list)
    """Offsets of the objects, behind "1 0 obj", ascending."""
    numbers: list[int] = field(default_factory=list)

    def start_of(self, offset: int) -> int | None:
        """Return the start of the object that `offset` lies in; None: before the first."""
        index = bisect_right(self.starts, offset)
        return self.starts[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class Stream:
    """A dictionary and the bytes behind it, as they are stored."""

    dictionary: dict[str, Value]
    view: memoryview


class PdfObjects:
    """All objects of one file.  Nothing is parsed before it is asked for."""

    def __init__(self, view: memoryview, budget: Budget) -> None:
        self._view = view
        self._budget = budget
        self._places: dict[int, list[tuple[Source, int]]] = {}
        self._indexed = False
        self.file = Source(view)
        self.sources = [self.file]
        self.failures: list[ScannerError] = []
        """Why a stream of objects could not be read as a whole."""

    def open_packed(self) -> None:
        """Read the streams of objects (§7.5.7): what lies in them is in no other place."""
        seen: set[int] = set()
        for match in _PACKED.finditer(self._view):
            self._budget.seconds_left()
            self.index()
            start = self.file.start_of(match.start())
            if start is not None and start not in seen:
                seen.add(start)
                self._unpack(start)

    def index(self) -> None:
        """Note where every object of the file is."""
        if self._indexed:
            return
        self._indexed = True
        for match in _MARK.finditer(self._view):
            at = match.start()
            head = self._head(at, NEAR) or (self._blank(at - 1) and self._head(at, FAR))
            if not head:
                continue
            if len(self.file.starts) >= MAX_OBJECTS:
                raise TooManyMembers("more objects than a document has")
            if len(self.file.starts) % 4096 == 0:
                self._budget.seconds_left()
            self._note(self.file, match.end(), int(head[1]))

    def _head(self, at: int, back: int) -> re.Match[bytes] | None:
        return _HEAD.search(bytes(self._view[max(0, at - back) : at]))

    def _blank(self, at: int) -> bool:
        return at >= 0 and self._view[at] in b"\0\t\n\f\r "

    def _note(self, source: Source, start: int, number: int) -> None:
        source.starts.append(start)
        source.numbers.append(number)
        self._places.setdefault(number, []).append((source, start))

    def places(self, value: Value) -> list[tuple[Source, int]]:
        """Return where a reference leads, the newest definition first."""
        if not isinstance(value, Reference):
            return []
        self.index()
        return self._places.get(value.number, [])[: -MAX_REVISIONS - 1 : -1]

    def each(self, value: Value) -> Iterator[Value]:
        """Yield what a value stands for: itself, or all definitions of what it refers to."""
        waiting: list[tuple[Value, int]] = [(value, 0)]
        while waiting:
            value, hops = waiting.pop(0)
            if not isinstance(value, Reference):
                yield value
            elif hops < MAX_HOPS:
                waiting += [
                    (parse(source.view, start)[0], hops + 1) for source, start in self.places(value)
                ]

    def first(self, value: Value) -> Value:
        return next(self.each(value), None)

    def streams(self, value: Value) -> Iterator[tuple[int, Stream]]:
        """Yield offset and content of the streams a reference leads to, the newest first."""
        for source, start in self.places(value):
            if source is self.file and (stream := self.stream_at(start)):
                yield start, stream

    def stream_at(self, start: int) -> Stream | None:
        """Return the stream whose object begins at an offset of the file."""
        dictionary, end = parse(self._view, start)
        begun = _STREAM.match(self._view, end)
        if begun is None or not isinstance(dictionary, dict):
            return None
        begin, length = begun.end(), self.first(dictionary.get("Length"))
        if isinstance(length, int) and _END.match(self._view, begin + length):
            return Stream(dictionary, self._view[begin : begin + length])
        found = _END.search(self._view, begin)
        return Stream(dictionary, self._view[begin : found.start() if found else len(self._view)])

    def decoded(self, stream: Stream) -> tuple[memoryview, ScannerError | None]:
        """Return what a stream says, and why no more of it, if so."""
        names = self._listed(stream.dictionary.get("Filter"))
        parameters = self._listed(stream.dictionary.get("DecodeParms"))
        filters: list[tuple[str, dict[str, Value]]] = []
        for index, name in enumerate(names):
            given = parameters[index] if index < len(parameters) else None
            known = given if isinstance(given, dict) else {}
            clear = {key: self.first(value) for key, value in known.items()}
            filters.append((name if isinstance(name, Name) else "", clear))
        return undo(stream.view, filters, self._budget)

    def _listed(self, value: Value) -> list[Value]:
        value = self.first(value)
        if isinstance(value, list):
            return [self.first(item) for item in value]
        return [] if value is None else [value]

    def _unpack(self, start: int) -> None:
        stream = self.stream_at(start)
        if stream is None or self.first(stream.dictionary.get("Type")) != "ObjStm":
            return
        view, failure = self.decoded(stream)
        if failure is not None:
            self.failures.append(failure)
        first = self.first(stream.dictionary.get("First"))
        if not isinstance(first, int) or (first > len(view) and failure is None):
            self.failures.append(ContentMalformed("objects without a directory"))
            return
        source = Source(view)
        self.sources.append(source)
        pairs = _PAIR.findall(view[:first])
        for at, number in sorted((int(at), int(number)) for number, at in pairs):
            if first + at < len(view):
                self._note(source, first + at, number)
