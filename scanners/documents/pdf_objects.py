"""Where the objects of a PDF are: found by their marks, in all revisions, streams of objects too.

The cross-reference tables are not asked: viewers rebuild them when they lie, so an object that no
table lists may count, and an older revision is one click away.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scanners.budget import Budget
from scanners.documents.pdf_encryption import is_encrypted
from scanners.documents.pdf_filters import MAX_FILTERS, undo
from scanners.documents.pdf_predictors import Predictors
from scanners.documents.pdf_syntax import Name, Parsed, Reference, Value, parse
from scanners.errors import ContentMalformed, ScannerError, TooManyMembers

MAX_OBJECTS = 1_000_000
"""Objects of one file; the PDF 1.7 standard itself has 130,000."""
MAX_REVISIONS = 256
"""Definitions of one object that are looked at, the newest first: any of them may be in force."""
MAX_HOPS = 8
"""References that lead to references."""
KEPT_BYTES = 256 * 1024
"""Length of the objects that are kept parsed, to be asked for again: a hundred bytes for one."""
NEAR, FAR = 32, 4096
"""Bytes before a mark in which its number is looked for; honest writers need 18."""

_MARK = re.compile(rb"obj")
_HEAD = re.compile(rb"(?:^|\D)(\d{1,10})[\0\t\n\f\r ]+\d{1,5}[\0\t\n\f\r ]*$")
_COMMENT = re.compile(rb"%[^\r\n]*+")
_STREAM = re.compile(rb"(?:[\0\t\n\f\r ]+|%[^\r\n]*)*+stream(?:\r\n|\n|\r)?")
_END = re.compile(rb"(?:\r\n|\n|\r)?endstream|\r?\nendobj")
_BEHIND = re.compile(rb"[\0\t\n\f\r ]*+(?:endstream|endobj)")
_BLANK = re.compile(rb"[\0\t\n\f\r ]*+")
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


class Definition(NamedTuple):
    """One of the objects that a reference may mean."""

    value: Value
    start: int | None
    """Offset in the file; None: it lies in a stream of objects."""


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
        self._where: dict[int, list[tuple[Source, int]]] = {}
        self._indexed = False
        self._predictors = Predictors(budget)
        self._kept: dict[int, list[Definition]] = {}
        self._kept_bytes = 0
        self._encrypted: bool | None = None
        self.file = Source(view)
        self.sources = [self.file]
        self.failures: list[ScannerError] = []
        """Why something that was asked for could not be read as a whole; each reason once."""

    def open_packed(self) -> None:
        """Read the streams of objects (§7.5.7): what lies in them is in no other place."""
        seen: set[int] = set()
        for match in _PACKED.finditer(self._view):
            self._budget.seconds_left()
            self.index()
            start = self.file.start_of(match.start())
            if start is not None and start not in seen:
                seen.add(start)
                for stream in self.streams_at(start):
                    self._unpack(stream)

    def index(self) -> None:
        """Note where every object of the file is."""
        if self._indexed:
            return
        self._indexed = True
        for count, match in enumerate(_MARK.finditer(self._view)):
            if count % 256 == 0:
                self._budget.seconds_left()
            at = match.start()
            head = self._head(at, NEAR) or (self._blank(at - 1) and self._far_head(at))
            if not head:
                continue
            if len(self.file.starts) >= MAX_OBJECTS:
                raise TooManyMembers("more objects than a document has")
            self._note(self.file, match.end(), int(head[1]))

    def _head(self, at: int, back: int) -> re.Match[bytes] | None:
        return _HEAD.search(bytes(self._view[max(0, at - back) : at]))

    def _far_head(self, at: int) -> re.Match[bytes] | None:
        """Look over many blanks, then over comments, in which anything may stand."""
        before = bytes(self._view[max(0, at - FAR) : at])
        return _HEAD.search(before) or _HEAD.search(_COMMENT.sub(b" ", before))

    def _blank(self, at: int) -> bool:
        return at >= 0 and self._view[at] in b"\0\t\n\f\r "

    def _note(self, source: Source, start: int, number: int) -> None:
        source.starts.append(start)
        source.numbers.append(number)
        self._where.setdefault(number, []).append((source, start))

    def parsed(self, source: Source, start: int) -> Parsed:
        """Return the object at an offset; its failure is told."""
        parsed = parse(source.view, start)
        if parsed.failure is not None:
            self.fail(parsed.failure)
        return parsed

    def fail(self, failure: ScannerError) -> None:
        if failure.reason not in {told.reason for told in self.failures}:
            self.failures.append(failure)

    def encrypted(self) -> bool:
        """Say whether what is no text, or no stream, is ciphertext; not cheap."""
        if self._encrypted is None:
            self._encrypted = is_encrypted(self._view)
        return self._encrypted

    def each(self, value: Value) -> list[Value]:
        """Return what a value stands for: itself, or all definitions of what it refers to."""
        if not isinstance(value, Reference):
            return [value]
        return [definition.value for definition in self._definitions(value)]

    def only(self, value: Value) -> Value:
        """Return what a value stands for where one reading has to do; others are told of."""
        values = self.each(value)
        if any(not isinstance(each, Name | int) or each != values[0] for each in values[1:]):
            self.fail(TooManyMembers("more readings of a stream than one"))
        return values[0] if values else None

    def starts(self, value: Value) -> list[int]:
        """Return the offsets of all that a reference may mean, the newest first."""
        if not isinstance(value, Reference):
            return []
        return [each.start for each in self._definitions(value) if each.start is not None]

    def _definitions(self, reference: Reference) -> list[Definition]:
        """Return all definitions of an object, the newest first, whatever chain leads there."""
        if (kept := self._kept.get(reference.number)) is not None:
            return kept
        self.index()
        found: list[Definition] = []
        length = 0
        waiting, seen = [reference.number], {reference.number}
        for _ in range(MAX_HOPS):
            reached, waiting = waiting, []
            for number in reached:
                for source, start in self._places(number):
                    self._budget.seconds_left()
                    value, end, _failure = self.parsed(source, start)
                    length += end - start
                    if not isinstance(value, Reference):
                        found.append(Definition(value, start if source is self.file else None))
                    elif value.number not in seen:
                        seen.add(value.number)
                        waiting.append(value.number)
        if waiting:
            self.fail(TooManyMembers("more references in a row than a document has"))
        self._keep(reference.number, found, length)
        return found

    def _keep(self, number: int, found: list[Definition], length: int) -> None:
        if self._kept_bytes + length > KEPT_BYTES:
            self._kept.clear()
            self._kept_bytes = 0
        self._kept[number] = found
        self._kept_bytes += length

    def _places(self, number: int) -> list[tuple[Source, int]]:
        places = self._where.get(number, [])
        if len(places) > MAX_REVISIONS:
            self.fail(TooManyMembers("more revisions than an object has"))
        return places[: -MAX_REVISIONS - 1 : -1]

    def streams_at(self, start: int) -> Iterator[Stream]:
        """Yield what the stream may be whose object begins at an offset of the file.

        Viewers go by /Length, or by the mark at the end: mostly both say the same.  What all of
        them read comes first.
        """
        dictionary, end, _failure = self.parsed(self.file, start)
        begun = _STREAM.match(self._view, end)
        if begun is None or not isinstance(dictionary, dict):
            return
        for stop in self._stops(begun.end(), self.each(dictionary.get("Length"))):
            yield Stream(dictionary, self._view[begun.end() : stop])

    def _stops(self, begin: int, lengths: Sequence[Value]) -> list[int]:
        size = len(self._view)
        found = _END.search(self._view, begin)
        said = [min(begin + length, size) for length in lengths if isinstance(length, int)]
        proven = [stop for stop in said if _BEHIND.match(self._view, stop)]
        stops: list[int] = []
        for stop in (*proven, found.start() if found else size, *said[:1]):
            if stop > begin and not any(self._same(stop, other) for other in stops):
                stops.append(stop)
        return stops or [begin]

    def _same(self, *stops: int) -> bool:
        """Say whether only blanks lie between two offsets."""
        between = min(stops), max(stops)
        return _BLANK.fullmatch(self._view, *between) is not None

    def decoded(self, stream: Stream) -> tuple[memoryview, ScannerError | None]:
        """Return what a stream says, and why no more of it, if so."""
        names = self._listed(stream.dictionary.get("Filter"))
        parameters = self._listed(stream.dictionary.get("DecodeParms"))
        filters: list[tuple[str, dict[str, Value]]] = []
        for index, name in enumerate(names):
            given = parameters[index] if index < len(parameters) else None
            known = given if isinstance(given, dict) else {}
            clear = {key: self.only(value) for key, value in known.items()}
            filters.append((name if isinstance(name, Name) else "", clear))
        return undo(stream.view, filters, self._predictors)

    def _listed(self, value: Value) -> list[Value]:
        value = self.only(value)
        if isinstance(value, list):
            return [self.only(item) for item in value[: MAX_FILTERS + 1]]
        return [] if value is None else [value]

    def _unpack(self, stream: Stream) -> None:
        if "ObjStm" not in self.each(stream.dictionary.get("Type")):
            return
        view, failure = self.decoded(stream)
        if failure is not None:
            self.fail(failure)
        first = self.only(stream.dictionary.get("First"))
        if not isinstance(first, int) or (first > len(view) and failure is None):
            self.fail(ContentMalformed("objects without a directory"))
            return
        source = Source(view)
        self.sources.append(source)
        pairs = _PAIR.findall(view[:first])
        for at, number in sorted((int(at), int(number)) for number, at in pairs):
            if first + at < len(view):
                self._note(source, first + at, number)
