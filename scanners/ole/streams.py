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
    (
        *("1table", "0table", "data", "pictures", "current user", "project", "projectwm"),
        *("\x01compobj", "\x03objinfo", "\x03linkinfo", "\x03print", "\x03accessobjsitedata"),
        *("\x05summaryinformation", "\x05documentsummaryinformation"),
        *("encryptedpackage", "encryptioninfo"),
    )
)
"""Streams that hold nothing but what their format says; the encrypted one is opened elsewhere."""
PRESENTATION = "\x02olepres"
"""A picture of an object, for programs that cannot show it."""
SMALLEST = 32
"""Bytes: no file worth a look is smaller."""
DOCUMENTS = frozenset(
    ("worddocument", "workbook", "book", "powerpoint document", "quill", "visiodocument")
)
"""Streams that make a file a document; others of this format may keep programs of their own."""
FAMILIES = frozenset({Family.PROGRAM, Family.ARCHIVE, Family.DOCUMENT})


def look_at(
    compound: Compound, entry: Entry, members: MemberList, budget: Budget, *, document: bool
) -> None:
    """Add what one stream holds, and what it says; raise only ScannerErrors.

    `document`: the file is one, and programs do not belong there.
    """
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
                _add_other(entry, view, members, budget, document=document)
    for finding in dict.fromkeys(findings):
        path = members.content.path
        members.detect(finding.code, finding.word, finding.said, path, harmless=finding.harmless)


def is_document(compound: Compound) -> bool:
    return any(entry.name.lower() in DOCUMENTS for entry in compound.streams())


def _add_other(
    entry: Entry, view: memoryview, members: MemberList, budget: Budget, *, document: bool
) -> None:
    budget.spend_bytes(len(view))
    name = quote(entry.name).strip()
    if document:
        attach(members, name, view, budget)
    else:
        members.spend(budget)
        members.add(name, view)


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
