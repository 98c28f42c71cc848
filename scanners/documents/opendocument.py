"""OpenDocument: macros with the events that start them, links to elsewhere, DDE ([ODF 1.3])."""

from collections.abc import Iterator

from scanners.budget import Budget
from scanners.documents.fields import dde_finding, formula_findings
from scanners.documents.finding import Finding, quote
from scanners.documents.macros import doings
from scanners.documents.markup import as_markup, elements
from scanners.documents.parts import Parts
from scanners.documents.targets import target_finding
from scanners.model import Code

MACROS = ("basic/", "scripts/")
TEXTS = ("content.xml", "styles.xml", "settings.xml")
MODULES = 200
"""Modules that are looked at."""
PYTHON = (
    "subprocess",
    "os.system",
    "os.popen",
    "urllib",
    "ctypes",
    "socket",
    "os.exec",
    "os.spawn",
)
"""What scripts in Python start or fetch something with."""
SCRIPT = "vnd.sun.star.script:"
OPENING = frozenset("load open new loadfinished prepareunload unload viewcreated focus".split())
"""Events that come about without a click, their names without prefix and "on"."""
LINKS = {"section-source": "subDocument", "table-source": "oleObject", "object": "oleObject"}
"""Elements that name a file of their own, and what Office calls a link of that kind."""
FORMULA = b"table:formula"


NAMESPACE = b"urn:oasis:names:tc:opendocument"


def macro_findings(parts: Parts, budget: Budget) -> Iterator[Finding]:
    """Judge a document's macros together with the events of its texts."""
    sources = list(_sources(parts, budget))
    if not sources:
        return
    events = [
        event for name in TEXTS for event in _events(as_markup(parts.read(name, budget), budget))
    ]
    found = doings(sources)
    calls = (*found.calls, *(word for word in PYTHON if any(word in text for text in sources)))
    started = (*events, *found.auto_run)
    said = f"{quote(started[0])} runs by itself" if started else "nothing runs by itself"
    said += f"; the code uses {', '.join(calls[:4])}" if calls else ""
    suspicious = bool(started and calls)
    word = "auto_run" if suspicious else "basic"
    yield Finding(Code.DOCUMENT_MACRO, word, f"macros: {said}", harmless=not suspicious)


def _sources(parts: Parts, budget: Budget) -> Iterator[str]:
    """Yield the macros that are kept in the document; lists of modules have no text."""
    for name in parts.within(*MACROS)[:MODULES]:
        if name.lower().endswith((".xml", ".xba")):
            for element in elements(as_markup(parts.read(name, budget), budget), "module"):
                if element.text.strip():
                    yield element.text
        elif name.lower().endswith((".py", ".js", ".bsh")):
            yield bytes(parts.read(name, budget)).decode("latin-1")


def _events(data: bytes) -> Iterator[str]:
    """Yield the scripts that an event without a click starts (§16.3)."""
    for element in elements(data, "event-listener"):
        event = element.attributes.get("event-name", "").rpartition(":")[2].lower()
        target = element.attributes.get("href", "") or element.attributes.get("macro-name", "")
        if target and event.removeprefix("on").replace("-", "") in OPENING:
            yield target.removeprefix(SCRIPT).partition("?")[0]


def link_findings(data: bytes) -> Iterator[Finding]:
    """Judge what a text takes from elsewhere: sections, tables, objects, DDE."""
    for element in elements(data, *LINKS):
        target = element.attributes.get("href", "")
        if ":" in target or target.startswith(("//", "\\\\")):
            finding = target_finding(LINKS[element.name], target)
            if finding:
                yield finding
    for element in elements(data, "dde-source", "dde-connection-decl"):
        attributes = element.attributes
        yield dde_finding(attributes.get("dde-application", ""), attributes.get("dde-topic", ""))
    if FORMULA in data and (b"DDE(" in data or b"|'" in data or b"|&" in data):
        for element in elements(data, "table-cell"):
            yield from _formula(element.attributes.get("formula", ""))


def _formula(formula: str) -> Iterator[Finding]:
    yield from formula_findings(formula)
    _, called, arguments = formula.partition("DDE(")
    if called:
        application, _, topic = arguments.partition(";")
        yield dde_finding(application.strip(' "'), topic.strip(' "'))
