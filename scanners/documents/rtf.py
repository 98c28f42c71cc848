"""RTF: embedded files and objects are children; far templates, links and dead engines are told."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from scanners.budget import Budget
from scanners.documents.attachments import attach
from scanners.documents.fields import field_findings
from scanners.documents.finding import Finding, quote
from scanners.documents.ole1 import Embedding, read_embedding, read_package
from scanners.documents.rtf_reader import Piece, pieces
from scanners.documents.targets import target_finding
from scanners.errors import ScannerError
from scanners.few_of_each import few_of_each
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, Report

MOST = 16
"""Findings of one kind that are kept."""
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
EQUATION = bytes.fromhex("02ce020000000000c000000000000046")
"""CLSID of the equation editor, which Microsoft removed in 2018: CVE-2017-11882, CVE-2018-0802."""
MONIKERS = (
    bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b"),  # URL
    bytes.fromhex("c6afabec197fd211978e0000f8757e2a"),  # SOAP
    bytes.fromhex("0303000000000000c000000000000046"),  # file
    bytes.fromhex("dafbc50cb4e4d211aa8200aa004bdc0b"),  # script
)
UNASKED = frozenset({"objupdate", "objautlink"})
"""Manners of objects that act before anybody clicks them."""

_WIDE_ADDRESS = re.compile(
    rb"(?:[\\/]\0[\\/]\0|h\0t\0t\0p\0s?\0?:\0|f\0i\0l\0e\0:\0)(?:[\x21-\x7e]\0){3,400}"
)


@dataclass(frozen=True, slots=True)
class RtfScanner:
    """Opens objects in RTF, however their digits are scattered."""

    kit: Kit
    name: str = "rtf"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.file_type.name != "rtf" or content.codings:
            return Report()
        members = MemberList(content, self.name, self.kit, hidden=True)
        found = (
            finding
            for piece in pieces(content.view, budget)
            for finding in _judge(piece, members, budget)
        )
        try:
            for finding in few_of_each(found, attrgetter("kind"), MOST, budget):
                members.detections.append(finding.detection(self.name, content.path))
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()


def _judge(piece: Piece, members: MemberList, budget: Budget) -> Iterator[Finding]:
    if piece.kind == "template":
        yield from filter(None, [target_finding("attachedTemplate", piece.text)])
    elif piece.kind == "fldinst":
        yield from field_findings(piece.text)
    elif piece.kind == "objdata":
        yield from _embedding(piece, members, budget)


def _embedding(piece: Piece, members: MemberList, budget: Budget) -> Iterator[Finding]:
    """Judge and add what an object holds, in the first reading that makes sense."""
    found = next(filter(None, map(read_embedding, piece.readings)), None)
    if found is None:
        raw = next((data for data in piece.readings if COMPOUND in data), piece.readings[0])
        found = Embedding(False, piece.class_name, "", "", raw[max(0, raw.find(COMPOUND)) :])
    yield from _judge_embedding(found, piece)
    _add(found, members, budget)


def _judge_embedding(found: Embedding, piece: Piece) -> Iterator[Finding]:
    external = Code.DOCUMENT_EXTERNAL
    if piece.words & UNASKED:
        yield Finding(external, "update", "an object acts when the document is opened", True)
    classes = f"{found.class_name} {piece.class_name}".lower()
    if "equation." in classes or EQUATION in found.data:
        yield Finding(external, "equation", "an object for the equation editor, which is a hole")
    if found.linked and (said := target_finding("oleObject", found.topic)):
        yield said
    if "ole2link" in classes or any(moniker in found.data for moniker in MONIKERS):
        for address in _WIDE_ADDRESS.findall(found.data)[:4]:
            text = address.decode("utf-16-le", "replace")
            yield Finding(external, "link", f"an object fetches {quote(text)}")


def _add(found: Embedding, members: MemberList, budget: Budget) -> None:
    if found.linked or not found.data:
        return
    package = read_package(found.data) if found.class_name.lower() == "package" else None
    if package is None or not package.data:
        attach(members, found.class_name or "object", memoryview(found.data), budget)
    else:
        names = (package.label or package.path, package.path)
        attach(members, names[0], memoryview(package.data), budget, names[1:])
