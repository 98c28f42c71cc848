"""OLE compound files: what documents, messages and installers of that kind carry and do."""

from collections.abc import Callable
from dataclasses import dataclass

from scanners.budget import Budget
from scanners.errors import ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Content, Reason, Report
from scanners.ole.compound import Compound, open_compound
from scanners.ole.directory import SIGNATURE
from scanners.ole.installer import stored_files
from scanners.ole.macro_report import add_macros
from scanners.ole.mail_members import add_attachments
from scanners.ole.streams import is_document, look_at
from scanners.ole.vba_project import CACHE

INSTALLER = "msi"
PROPERTIES = "__"
"""Streams of a message begin with it."""

Look = Callable[[Compound, MemberList, Budget], None]


@dataclass(frozen=True, slots=True)
class OleContainer:
    """Opens .doc, .xls, .ppt, .msg, .msi, and files of that kind within other documents."""

    kit: Kit
    name: str = "ole"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or bytes(content.view[:8]) != SIGNATURE:
            return Report()
        compound = open_compound(content.view)
        members = MemberList(content, self.name, self.kit)
        if compound.truncated:
            members.gap(Reason.TOO_MANY, content.path)
        installer = content.file_type.name == INSTALLER
        looks: tuple[Look, ...] = (add_attachments, add_macros, _files if installer else _streams)
        for look in looks:
            try:
                look(compound, members, budget)
            except ScannerError as error:
                members.gap(error.reason, content.path)
        return members.report()


def _streams(compound: Compound, members: MemberList, budget: Budget) -> None:
    document = is_document(compound)
    projects = {entry.parent for entry in compound.streams() if entry.name.upper() == CACHE}
    for entry in compound.streams():
        budget.seconds_left()
        if entry.parent not in projects and not entry.name.startswith(PROPERTIES):
            look_at(compound, entry, members, budget, document=document)


def _files(compound: Compound, members: MemberList, budget: Budget) -> None:
    """Add what an installer stores: programs belong there, cabinets hold more."""
    for name, entry in stored_files(compound):
        view = compound.read(entry)
        members.spend(budget)
        budget.spend_bytes(len(view))  # streams may share their sectors
        members.add(name, view)
