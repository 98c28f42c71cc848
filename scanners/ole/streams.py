"""Streams of a compound file, each judged by what its name says that it is."""

from scanners import inflate
from scanners.budget import Budget
from scanners.documents.attachments import attach
from scanners.documents.finding import Finding, quote
from scanners.members import FREE_BYTES, RATIO, MemberList
from scanners.model import Family
from scanners.ole.compound import Compound, Entry
from scanners.ole.excel import workbook_findings
from scanners.ole.packages import link_finding, read_package
from scanners.ole.powerpoint import packed_storages
from scanners.ole.word import document_findings

PLAIN = frozenset(
    "1table 0table data pictures \x01compobj \x03objinfo \x03linkinfo \x03print \x03accessobjsite"
    " \x05summaryinformation \x05documentsummaryinformation encryptedpackage encryptioninfo"
    " dir _vba_project project projectwm".replace(" ", "\n").split("\n")
    + ["current user"]
)
"""Streams that hold nothing but what their format says; the encrypted one is opened elsewhere."""
PRESENTATION = "\x02olepres"
"""A picture of an object, for programs that cannot show it."""
SMALLEST = 32
"""Bytes: no file worth a look is smaller."""
FAMILIES = frozenset({Family.PROGRAM, Family.ARCHIVE, Family.DOCUMENT})


def look_at(compound: Compound, entry: Entry, members: MemberList, budget: Budget) -> None:
    """Add what one stream holds, and what it says; raise only ScannerErrors."""
    name = entry.name.lower()
    if name in PLAIN or name.startswith(PRESENTATION) or entry.size < SMALLEST:
        return
    findings: list[Finding] = []
    match name:
        case "worddocument":
            findings += document_findings(compound, entry, budget)
        case "workbook" | "book":
            findings += workbook_findings(compound.read(entry), budget)
        case "powerpoint document":
            _add_packed(compound.read(entry), members, budget)
        case "\x01ole":
            findings += filter(None, [link_finding(compound.read(entry))])
        case "\x01ole10native":
            package = read_package(compound.read(entry))
            first, *others = package.names or ("native data",)
            budget.spend_bytes(len(package.data))  # streams may share their sectors
            attach(members, first, package.data, budget, tuple(others))
        case _:
            view = compound.read(entry)
            file_type = members.kit.identify(view)
            if file_type.family in FAMILIES or file_type.name == "html":
                budget.spend_bytes(len(view))
                attach(members, quote(entry.name).strip(), view, budget)
    for finding in dict.fromkeys(findings):
        path = members.content.path
        members.detect(finding.code, finding.word, finding.said, path, harmless=finding.harmless)


def _add_packed(stream: memoryview, members: MemberList, budget: Budget) -> None:
    """Add the storages in a presentation: embedded documents, and its VBA project."""
    for number, (view, compressed) in enumerate(packed_storages(stream, budget), 1):
        name = f"object {number}"
        members.spend(budget)
        members.hidden = True  # clamd does not find them
        if compressed:
            ceiling = max(FREE_BYTES, RATIO * len(view))
            unpacked = inflate.unpack(inflate.deflate, view, budget, ceiling)
            members.came_out(len(unpacked.data), members.path_of(name), bomb=unpacked.bomb)
            if unpacked.failure is not None:
                members.gap(unpacked.failure.reason, members.path_of(name))
            members.add(name, unpacked.view)
        else:
            budget.spend_bytes(len(view))
            members.add(name, view)
        members.hidden = False
