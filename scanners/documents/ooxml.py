"""Parts of Office documents in XML: links, fields, DDE, controls, actions (ECMA-376, ODF).

Each part is judged as the member that it is of the archive around it, so a document that is packed
otherwise (flat, or by a program of its own) is seen as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from scanners.budget import Budget
from scanners.documents.fields import dde_finding, field_findings, formula_findings
from scanners.documents.finding import Finding, quote
from scanners.documents.markup import as_markup, elements
from scanners.documents.opendocument import NAMESPACE, link_findings
from scanners.documents.targets import target_finding
from scanners.errors import ScannerError
from scanners.few_of_each import few_of_each
from scanners.model import Code, Content, Report, Unscanned

TEXTS = frozenset({"xml", "text"})
"""Types that a part may have: the second, if it has no XML declaration."""
MOST = 100
"""Findings of one kind in one part that are kept."""
FORMULAS = (b"worksheet", b"macrosheet", b"Workbook", b"office:spreadsheet")
HEAD = 8192

_QUOTED_BY_NUMBER = re.compile(r"\d{2,5}")


@dataclass(frozen=True, slots=True)
class OfficeXmlScanner:
    """Finds what Office fetches, starts or runs because a part of a document says so."""

    name: str = "office_xml"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name not in TEXTS:
            return Report()
        found: list[Finding] = []
        gaps: tuple[Unscanned, ...] = ()
        try:
            every = _findings(as_markup(content.view, budget))
            found.extend(few_of_each(every, attrgetter("kind"), MOST, budget))
        except ScannerError as error:
            gaps = (Unscanned(self.name, error.reason, content.path),)
        detections = tuple(finding.detection(self.name, content.path) for finding in found)
        return Report(detections=detections, unscanned=gaps)


def _findings(data: bytes) -> Iterator[Finding]:
    if b"TargetMode" in data:
        yield from _links(data)
    if b"instrText" in data or b"fldSimple" in data:
        for code in field_codes(data):
            yield from field_findings(code)
    if b"ddeLink" in data:
        for element in elements(data, "ddeLink"):
            attributes = element.attributes
            yield dde_finding(attributes.get("ddeService", ""), attributes.get("ddeTopic", ""))
    if (b"|'" in data or b"|&" in data) and any(word in data[:HEAD] for word in FORMULAS):
        yield from _formulas(data)
    if b"ppaction://" in data:
        yield from _actions(data)
    if b"customUI" in data[:HEAD]:
        yield from _ribbon(data)
    if NAMESPACE in data[:HEAD]:
        yield from link_findings(data)
    if b"classid" in data[:HEAD] and b"activeX" in data[:HEAD]:
        yield from _controls(data)


def _links(data: bytes) -> Iterator[Finding]:
    """Judge the relationships that lead out of the package (OPC §9.3)."""
    for element in elements(data, "Relationship"):
        attributes = element.attributes
        if attributes.get("TargetMode", "").lower() == "external":
            kind = attributes.get("Type", "").rpartition("/")[2]
            finding = target_finding(kind, attributes.get("Target", ""))
            if finding:
                yield finding


def field_codes(data: bytes) -> Iterator[str]:
    """Yield the codes of Word's fields, joined over the runs that they are split over (§17.16).

    A field within the code of another is put there as what it says itself.
    """
    stack: list[list[str]] = []
    for element in elements(data, "fldChar", "instrText", "fldSimple", "p"):
        match element.name:
            case "fldSimple":
                yield element.attributes.get("instr", "")
            case "instrText" if stack:
                stack[-1].append(element.text)
            case "instrText":
                yield element.text
            case "fldChar":
                kind = element.attributes.get("fldCharType", "")
                if kind == "begin":
                    stack.append([])
                elif kind == "end" and stack:
                    code = "".join(stack.pop())
                    yield code
                    if stack:
                        stack[-1].append(_said(code))
    yield from ("".join(parts) for parts in stack)


def _said(code: str) -> str:
    """Return what a nested field puts into the code around it: QUOTE spells by numbers."""
    keyword, _, rest = code.strip().partition(" ")
    if keyword.upper() != "QUOTE":
        return ""
    numbers = _QUOTED_BY_NUMBER.findall(rest)
    spelled = "".join(chr(min(int(number), 0xFFFF)) for number in numbers)
    return spelled if numbers else rest.strip(' "')


def _formulas(data: bytes) -> Iterator[Finding]:
    for element in elements(data, "f", "formula", "definedName", "Cell"):
        text = " ".join((element.text, *element.attributes.values()))
        yield from formula_findings(text)


def _actions(data: bytes) -> Iterator[Finding]:
    """Tell PowerPoint's actions on a click, or on passing over, that run something."""
    for element in elements(data, "hlinkClick", "hlinkMouseOver", "hlinkHover"):
        action = element.attributes.get("action", "").lower()
        if action.startswith("ppaction://program"):
            said = "an action on a slide starts a program"
            yield Finding(Code.DOCUMENT_EXTERNAL, "action", said, element.name == "hlinkClick")
        elif action.startswith("ppaction://macro"):
            said = f"an action on a slide runs a macro: {quote(action)}"
            yield Finding(Code.DOCUMENT_MACRO, "action", said, harmless=True)


def _ribbon(data: bytes) -> Iterator[Finding]:
    for element in elements(data, "customUI"):
        if called := element.attributes.get("onLoad"):
            said = f"the ribbon calls {quote(called)} when the document opens"
            yield Finding(Code.DOCUMENT_MACRO, "ribbon", said, harmless=True)


def _controls(data: bytes) -> Iterator[Finding]:
    for element in elements(data, "ocx"):
        said = f"an ActiveX control {quote(element.attributes.get('classid', ''), 60)}"
        yield Finding(Code.DOCUMENT_EXTERNAL, "control", said, harmless=True)
