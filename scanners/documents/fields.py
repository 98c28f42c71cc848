"""Field codes of Word, and DDE: links that start the program they want to talk to."""

import re
from collections.abc import Iterator

from scanners.documents.finding import Finding, quote
from scanners.documents.macro_words import EXTENSIONS, PROGRAMS
from scanners.documents.targets import target_finding
from scanners.model import Code

LONGEST = 8192
"""Characters of a field code that are looked at."""
OFFICE = frozenset("excel winword msaccess powerpnt mspub visio soffice outlook".split())

_KEYWORD = re.compile(r"\s*([a-z]{2,20})\b", re.IGNORECASE)
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*+)"|(\S+)')
_PROGRAM_FILE = re.compile(rf"([\w-]{{1,64}})\.(?:{'|'.join(EXTENSIONS)})\b", re.IGNORECASE)
_COMMAND = re.compile(r"\b(?:powershell|pwsh|mshta|regsvr32|rundll32|certutil|bitsadmin)\b", re.I)
_TOPIC = re.compile(r"\|'([^'\r\n]{0,2000})'!")
_APPLICATION = re.compile(r"[\w.:\\/ -]+\Z")
LONGEST_PATH = 260
KINDS = {"INCLUDEPICTURE": "image", "INCLUDETEXT": "includeText", "INCLUDE": "includeText"}


def field_findings(code: str) -> Iterator[Finding]:
    """Judge one field code of Word, without the braces."""
    code = code[:LONGEST]
    keyword = _KEYWORD.match(code)
    if keyword is None:
        return
    name, rest = keyword[1].upper(), code[keyword.end() :]
    arguments = [_plain(quoted or bare) for quoted, bare in _ARGUMENT.findall(rest)]
    if name in ("DDE", "DDEAUTO"):
        yield dde_finding(arguments[0] if arguments else "", " ".join(arguments[1:]))
    elif name in KINDS and arguments:
        yield from filter(None, [target_finding(KINDS[name], arguments[0])])
    elif name == "LINK" and len(arguments) > 1:
        yield from filter(None, [target_finding("oleObject", arguments[1])])


def dde_finding(application: str, topic: str) -> Finding:
    """Judge a DDE link: Windows starts the application if it does not answer."""
    program = _program(application) or _program_in(topic)
    said = f"{quote(application, 100)} {quote(topic, 100)}".strip()
    if program:
        return Finding(Code.DOCUMENT_EXTERNAL, "dde", f"a DDE link starts {program}: {said}")
    return Finding(Code.DOCUMENT_EXTERNAL, "dde", f"a DDE link: {said}", harmless=True)


def formula_findings(text: str) -> Iterator[Finding]:
    """Judge formulas of the form `=program|'topic'!item`."""
    for topic in _TOPIC.finditer(text):
        before = text[max(0, topic.start() - LONGEST_PATH) : topic.start()]
        application = _APPLICATION.search(before)
        if application:
            yield dde_finding(application[0].strip(), topic[1])


def _program(application: str) -> str:
    base = re.split(r"[\\/]", application.strip().lower())[-1]
    name = base.rpartition(".")[0] or base
    if name in PROGRAMS:
        return name
    return _program_in(base)


def _program_in(text: str) -> str:
    """Return a program that a text names as a file, or as a command; empty if none."""
    for match in _PROGRAM_FILE.finditer(text):
        if match[1].lower() not in OFFICE:
            return match[0]
    command = _COMMAND.search(text)
    return command[0] if command else ""


def _plain(argument: str) -> str:
    return argument.replace("\\\\", "\\").strip()
