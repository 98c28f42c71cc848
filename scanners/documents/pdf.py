"""PDF: what it runs, starts, fetches and carries.

Most documents do none of that and cost a search for a few names; only objects around such a name
are parsed.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners.budget import Budget
from scanners.documents.finding import Finding
from scanners.documents.pdf_attachments import NO_NAME, PdfAttachments
from scanners.documents.pdf_objects import PdfObjects, Source
from scanners.documents.pdf_scripts import (
    MAX_SCRIPT,
    address_finding,
    launch_finding,
    script_finding,
)
from scanners.documents.pdf_syntax import Name, Reference, Value, text_of
from scanners.errors import ContentMalformed, ContentTooLarge, ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Content, Reason, Report

NAMES = rb"JS|JavaScript|Launch|EF|EmbeddedFile|GoToR|GoToE|XFA|SubmitForm|ImportData|OpenAction|AA"
MAX_FINDINGS = 64
"""Of one kind and weight: harmless ones must not crowd out the others."""
FILE_NAMES = ("UF", "F", "Unix", "DOS", "Mac")
FAR = frozenset({"GoToR", "GoToE", "SubmitForm", "ImportData", "Thread"})
"""Actions that lead to another file."""
ACTIONS = ("Launch", "JavaScript", *sorted(FAR))
"""Words that every writer puts where they belong, and not into objects of their own."""
LOOK_BACK = 4096
"""Bytes before a name in which the dictionary around it begins, if it lies in no object."""
BY_ITSELF = frozenset("O WC WS DS WP DP PO PV PI E U D".split())
"""Events of documents, pages and annotations (§12.6.3); those of form fields need somebody."""
UNSPELLED = rb"/[A-Za-z]{0,20}#[2-7][0-9A-Fa-f]"
"""A name with an escape that it does not need."""
_INTEREST = re.compile(
    rb"/(?:" + NAMES + rb")(?![A-Za-z0-9])|" + UNSPELLED + rb"|/URI[\0\t\n\f\r ]*"
    rb"(?:<|\((?![\0\t\n\f\r ]*(?:https?:|mailto:|www\.|ftp:|tel:|#)))"
)


@dataclass(slots=True)
class _Found:
    """What one document has shown so far."""

    objects: PdfObjects
    attachments: PdfAttachments
    budget: Budget
    scripts: dict[str, None] = field(default_factory=dict)
    by_itself: bool = False
    gaps: set[Reason] = field(default_factory=set)
    findings: dict[Finding, None] = field(default_factory=dict)
    kinds: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    read: set[tuple[str, int]] = field(default_factory=set)
    """Keys, and the numbers of the objects that scripts under such a key were read from."""

    def note(self, *findings: Finding | None) -> None:
        for finding in findings:
            if finding is None or finding in self.findings:
                continue
            kind = (finding.code, finding.word, finding.harmless)
            self.kinds[kind] += 1
            if self.kinds[kind] <= MAX_FINDINGS:
                self.findings[finding] = None

    def is_read(self, key: str, value: Value) -> bool:
        """Say whether the object was read under this key; from now on it is."""
        if not isinstance(value, Reference):
            return False
        asked = len(self.read)
        self.read.add((key, value.number))
        return len(self.read) == asked


@dataclass(frozen=True, slots=True)
class PdfScanner:
    """Reports launches, scripts and far targets; attached files are children."""

    kit: Kit
    name: str = "pdf"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.file_type.name != "pdf" or content.codings:
            return Report()
        objects = PdfObjects(content.view, budget)
        members = MemberList(content, self.name, self.kit, hidden=True)
        found = _Found(objects, PdfAttachments(objects, members, budget), budget)
        try:
            objects.open_packed()
            for source in objects.sources:
                _search(source, found)
            found.attachments.add_orphans()
        except ScannerError as error:
            objects.fail(error)
        _judge_scripts(found)
        reasons = {failure.reason for failure in objects.failures} - {Reason.MALFORMED}
        for reason in sorted(reasons | found.gaps):  # what is damaged is lost to viewers as well
            members.gap(reason, content.path)
        members.detections += [each.detection(self.name, content.path) for each in found.findings]
        return members.report()


def _judge_scripts(found: _Found) -> None:
    """Judge them last: whether one runs by itself is known when all of the document was seen."""
    try:
        for script in found.scripts:
            found.budget.seconds_left()
            found.note(script_finding(script, by_itself=found.by_itself))
            if len(script) > MAX_SCRIPT:
                found.objects.fail(ContentTooLarge("more of a script than we read"))
    except ScannerError as error:
        found.objects.fail(error)


def _search(source: Source, found: _Found) -> None:
    """Look at every object of a source in which a name of interest stands."""
    broken: dict[int, bool] = {}
    behind = -1
    for match in _INTEREST.finditer(source.view):
        found.budget.seconds_left()
        if source is found.objects.file:
            found.objects.index()
        at = match.start()
        own = source.start_of(at)
        for start in (own, _dictionary_before(source, at)):
            if at < behind:
                break  # it stands in what was parsed last
            if start is None or start in broken:
                continue
            value, end, failure = found.objects.parsed(source, start)
            broken[start] = isinstance(failure, ContentMalformed)
            behind = max(behind, end)
            if value in ACTIONS:
                found.gaps.add(Reason.MALFORMED)  # which dictionaries refer to it is not searched
            for dictionary in dictionaries(value):
                _judge(dictionary, found)
        if at >= behind and own is not None and broken[own]:
            found.gaps.add(Reason.MALFORMED)  # others may read on to where this name stands


def _dictionary_before(source: Source, at: int) -> int | None:
    begin = max(0, at - LOOK_BACK)
    index = bytes(source.view[begin:at]).rfind(b"<<")
    return begin + index if index >= 0 else None


def dictionaries(value: Value) -> Iterator[dict[str, Value]]:
    """Yield all dictionaries that lie directly in a value, itself included."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            yield item
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def _judge(dictionary: dict[str, Value], found: _Found) -> None:
    objects = found.objects
    actions = {each for each in objects.each(dictionary.get("S")) if isinstance(each, Name)}
    if "JS" in dictionary:
        _read_scripts(dictionary["JS"], found)
    if "Launch" in actions:
        _launch(dictionary, found)
    if not actions.isdisjoint(FAR):
        for name in _file_names(dictionary, found):
            found.note(address_finding("document", name))
    if "URI" in dictionary:
        for value in objects.each(dictionary.get("URI")):
            found.note(address_finding("uri", _text(value, found)))
    if "XFA" in dictionary:
        _forms(dictionary["XFA"], found)
    if "EF" in dictionary:
        names = _file_names(dictionary, found) or [NO_NAME]
        for files in objects.each(dictionary["EF"]):
            if isinstance(files, dict):
                found.attachments.add(files, names)
    found.by_itself |= "JavaScript" in dictionary or _runs(dictionary, found)


def _runs(dictionary: dict[str, Value], found: _Found) -> bool:
    """Say whether the dictionary has an action that needs nobody."""
    for opened in found.objects.each(dictionary.get("OpenAction")):
        if isinstance(opened, dict) and "S" in opened:
            for inner in dictionaries(opened):
                _read_scripts(inner.get("JS"), found)
            return True
    return any(
        isinstance(events, dict) and not BY_ITSELF.isdisjoint(events)
        for events in found.objects.each(dictionary.get("AA"))
    )


def _launch(dictionary: dict[str, Value], found: _Found) -> None:
    targets = _file_names(dictionary, found)
    parameters: list[str] = []
    for system in ("Win", "Mac", "Unix"):
        for special in found.objects.each(dictionary.get(system)):
            if isinstance(special, dict):
                targets += _file_names(special, found)
                parameters += [_text(each, found) for each in found.objects.each(special.get("P"))]
    for target in dict.fromkeys(targets):
        found.note(launch_finding(target, " ".join(filter(None, parameters))))


def _text(value: Value, found: _Found) -> str:
    text = text_of(value) if isinstance(value, bytes) else ""
    return "" if not text.isprintable() and found.objects.encrypted() else text


def _file_names(dictionary: dict[str, Value], found: _Found) -> list[str]:
    """Return what a dictionary, or the file specification in it, calls its file (§7.11)."""
    names: list[str] = []
    for key in FILE_NAMES:
        for value in found.objects.each(dictionary.get(key)):
            names.append(_text(value, found))
            if isinstance(value, dict) and key == "F":
                inner = [
                    item for each in FILE_NAMES for item in found.objects.each(value.get(each))
                ]
                names += [_text(item, found) for item in inner]
    return list(dict.fromkeys(filter(None, names)))


def _read_scripts(value: Value, found: _Found) -> None:
    """Note the texts of a script: a string, or a stream in all its revisions."""
    if found.is_read("JS", value):
        return
    texts = [text_of(each) for each in found.objects.each(value) if isinstance(each, bytes)]
    texts += [text_of(bytes(view)) for view in _clear(value, found)]
    found.scripts.update(dict.fromkeys(texts))


def _clear(value: Value, found: _Found) -> Iterator[memoryview]:
    """Yield what the streams say that a reference leads to."""
    for start in found.objects.starts(value):
        for stream in found.objects.streams_at(start):
            view, failure = found.objects.decoded(stream)
            if failure is not None:
                found.objects.fail(failure)
            yield view


def _forms(value: Value, found: _Found) -> None:
    """Look for scripts in the XML of a form (XFA): a stream, or names and streams in turn."""
    parts = [value]
    for each in found.objects.each(value):
        parts += each if isinstance(each, list) else []
    for part in parts:
        if found.is_read("XFA", part):
            continue
        for view in _clear(part, found):
            scripts = re.findall(rb"<(?:\w+:)?script\b[^<>]*>([^<]*)", view)
            texts = [script.decode("utf-8", "replace") for script in scripts]
            found.scripts.update(dict.fromkeys(texts))
