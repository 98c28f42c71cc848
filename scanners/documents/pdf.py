"""PDF: what it runs, starts, fetches and carries.

Most documents do none of that and cost a search for a few names; only objects around such a name
are parsed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners.budget import Budget
from scanners.documents.attachments import attach, base_name
from scanners.documents.finding import Finding
from scanners.documents.pdf_objects import PdfObjects, Source, Stream
from scanners.documents.pdf_scripts import address_finding, launch_finding, script_finding
from scanners.documents.pdf_syntax import Value, parse, text_of
from scanners.errors import ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Content, Reason, Report

NAMES = rb"JS|JavaScript|Launch|EF|EmbeddedFile|GoToR|GoToE|XFA|SubmitForm|ImportData|OpenAction|AA"
MAX_FINDINGS = 64
FILE_NAMES = ("UF", "F", "Unix", "DOS", "Mac")
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
    members: MemberList
    budget: Budget
    scripts: list[str] = field(default_factory=list)
    by_itself: bool = False
    encrypted: bool = False
    findings: dict[Finding, None] = field(default_factory=dict)
    attached: set[int] = field(default_factory=set)
    """Offsets of streams that are children already."""


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
        found = _Found(objects, members, budget)
        try:
            found.encrypted = _is_encrypted(objects.file)
            objects.open_packed()
            for source in objects.sources:
                _search(source, found)
            _orphans(found)
            for script in found.scripts:
                finding = script_finding(script, by_itself=found.by_itself)
                found.findings[finding] = None
            for reason in {failure.reason for failure in objects.failures} - {Reason.MALFORMED}:
                members.gap(reason, content.path)  # damaged objects are lost to viewers as well
        except ScannerError as error:
            members.gap(error.reason, content.path)
        shown = [*found.findings][:MAX_FINDINGS]
        members.detections += [each.detection(self.name, content.path) for each in shown]
        return members.report()


def _is_encrypted(file: Source) -> bool:
    """Say whether a trailer says so.  A false one may stand beside the true one, so that this is
    no reason to look away: only what is no text then is taken for ciphertext."""
    for match in re.finditer(rb"/Encrypt(?![A-Za-z])", file.view):
        start = _dictionary_before(file, match.start())
        if start is not None and "Encrypt" in next(dictionaries(parse(file.view, start)[0]), {}):
            return True
    return False


def _search(source: Source, found: _Found) -> None:
    """Look at every object of a source in which a name of interest stands."""
    seen: set[int] = set()
    behind = -1
    for match in _INTEREST.finditer(source.view):
        found.budget.seconds_left()
        if source is found.objects.file:
            found.objects.index()
        at = match.start()
        for start in (source.start_of(at), _dictionary_before(source, at)):
            if at < behind:
                break  # it stands in what was parsed last
            if start is None or start in seen:
                continue
            seen.add(start)
            value, end = parse(source.view, start)
            behind = max(behind, end)
            for dictionary in dictionaries(value):
                _judge(dictionary, found)


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
    action = objects.first(dictionary.get("S"))
    if "JS" in dictionary:
        found.scripts += _sources(dictionary["JS"], found)
    if action == "Launch":
        _launch(dictionary, found)
    elif action in ("GoToR", "GoToE", "SubmitForm", "ImportData", "Thread"):
        for name in _file_names(dictionary, found):
            _note(found, address_finding("document", name))
    if action == "URI" or "URI" in dictionary:
        for value in objects.each(dictionary.get("URI")):
            _note(found, address_finding("uri", _text(value, found)))
    if "XFA" in dictionary:
        _forms(dictionary["XFA"], found)
    if "EF" in dictionary:
        _attachments(dictionary, found)
    found.by_itself |= "JavaScript" in dictionary or _runs(dictionary, found)


def _runs(dictionary: dict[str, Value], found: _Found) -> bool:
    """Say whether the dictionary has an action that needs nobody."""
    for opened in found.objects.each(dictionary.get("OpenAction")):
        if isinstance(opened, dict) and "S" in opened:
            for inner in dictionaries(opened):
                found.scripts += _sources(inner.get("JS"), found)
            return True
    return any(
        isinstance(events, dict) and not BY_ITSELF.isdisjoint(events)
        for events in found.objects.each(dictionary.get("AA"))
    )


def _note(found: _Found, *findings: Finding | None) -> None:
    found.findings.update(dict.fromkeys(each for each in findings if each))


def _launch(dictionary: dict[str, Value], found: _Found) -> None:
    targets = _file_names(dictionary, found)
    parameters: list[str] = []
    for system in ("Win", "Mac", "Unix"):
        for special in found.objects.each(dictionary.get(system)):
            if isinstance(special, dict):
                targets += _file_names(special, found)
                parameters += [_text(each, found) for each in found.objects.each(special.get("P"))]
    for target in dict.fromkeys(targets):
        _note(found, launch_finding(target, " ".join(filter(None, parameters))))


def _text(value: Value, found: _Found) -> str:
    text = text_of(value) if isinstance(value, bytes) else ""
    return "" if found.encrypted and not text.isprintable() else text


def _file_names(dictionary: dict[str, Value], found: _Found) -> list[str]:
    """Return what a dictionary, or the file specification in it, calls its file (§7.11)."""
    names: list[str] = []
    for key in FILE_NAMES:
        for value in found.objects.each(dictionary.get(key)):
            names.append(_text(value, found))
            if isinstance(value, dict) and key == "F":
                names += [_text(found.objects.first(value.get(each)), found) for each in FILE_NAMES]
    return list(dict.fromkeys(filter(None, names)))


def _sources(value: Value, found: _Found) -> list[str]:
    """Return the texts of a script: a string, or a stream in all its revisions."""
    texts = [text_of(each) for each in found.objects.each(value) if isinstance(each, bytes)]
    for _, stream in found.objects.streams(value):
        view, _failure = found.objects.decoded(stream)
        texts.append(text_of(bytes(view)))
    return texts


def _forms(value: Value, found: _Found) -> None:
    """Look for scripts in the XML of a form (XFA): a stream, or names and streams in turn."""
    parts = [value]
    for each in found.objects.each(value):
        parts += each if isinstance(each, list) else []
    for part in parts:
        for _, stream in found.objects.streams(part):
            view, _failure = found.objects.decoded(stream)
            scripts = re.findall(rb"<(?:\w+:)?script\b[^<>]*>([^<]*)", view)
            found.scripts += [script.decode("utf-8", "replace") for script in scripts]


def _attachments(dictionary: dict[str, Value], found: _Found) -> None:
    """Add the streams of a file specification under its names."""
    names = _file_names(dictionary, found) or ["attachment"]
    for files in found.objects.each(dictionary["EF"]):
        if isinstance(files, dict):
            for reference in files.values():
                for start, stream in found.objects.streams(reference):
                    _attach(start, stream, names, found)


def _attach(start: int, stream: Stream, names: list[str], found: _Found) -> None:
    if start in found.attached:
        return
    found.attached.add(start)
    view, failure = found.objects.decoded(stream)
    if found.encrypted and (failure is not None or "Filter" not in stream.dictionary):
        return  # ciphertext: whoever opens encrypted documents says what is not opened
    path = found.members.path_of(base_name(names[0]))
    found.members.came_out(len(view), path)
    if failure is not None:
        found.members.gap(failure.reason, path)
    attach(found.members, names[0], view, found.budget, tuple(names[1:]))


def _orphans(found: _Found) -> None:
    """Add streams that say they are files, though nothing names them."""
    objects = found.objects
    for match in re.finditer(rb"/EmbeddedFile(?![A-Za-z])", objects.file.view):
        start = objects.file.start_of(match.start())
        if start is None or start in found.attached:
            continue
        stream = objects.stream_at(start)
        if stream and objects.first(stream.dictionary.get("Type")) == "EmbeddedFile":
            _attach(start, stream, ["attachment"], found)
