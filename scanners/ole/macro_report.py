"""VBA projects of a compound file: what they do as detections, their source as children."""

import re
from collections.abc import Iterator
from dataclasses import replace

from scanners.budget import Budget
from scanners.documents.macros import doings
from scanners.members import MemberList
from scanners.model import Code, Content
from scanners.names import shorten
from scanners.ole.compound import Compound
from scanners.ole.vba_compiled import stomped
from scanners.ole.vba_project import Module, Project, projects

_CODE = re.compile(rb"^(?!Attribute )[ \t]*[^\s\0]", re.MULTILINE)


def add_macros(compound: Compound, members: MemberList, budget: Budget) -> None:
    """Judge every project; its modules become texts, so that rules see what was compressed."""
    for project in projects(compound, budget):
        for module in project.modules:
            if _CODE.search(module.source):
                members.spend(budget)
                members.children.append(_child(module, members))
        for word, said, harmless in _sights(project, budget):
            path = members.content.path
            members.detect(Code.DOCUMENT_MACRO, word, said, path, harmless=harmless)


def _sights(project: Project, budget: Budget) -> Iterator[tuple[str, str, bool]]:
    found = doings(_texts(project, budget))
    if found.suspicious:
        yield "auto_run", f"VBA macros: {found}", False
    elif any(_CODE.search(module.source) for module in project.modules):
        yield "vba", f"VBA macros: {found}", True
    lost = [module.name for module in project.modules if not module.source]
    if project.broken or lost:
        said = f"the source of {lost[0]}" if lost else "the list of modules"
        yield "unreadable", f"VBA macros, but {said} cannot be read", False
    if said := stomped(project):
        yield "stomped", f"VBA macros whose source was replaced: {said}", False


def _texts(project: Project, budget: Budget) -> Iterator[str]:
    for module in project.modules:
        budget.seconds_left()
        yield module.source.decode("latin-1")


def _child(module: Module, members: MemberList) -> Content:
    """Return the source as a text: what looks like a script here is run by Office alone.

    clamd finds most sources by itself, but not in projects that are built a little differently.
    """
    name = shorten(module.name + (".cls" if module.class_module else ".bas"))
    file_type = replace(members.kit.table.named("text"), kind="vba")
    view = memoryview(module.source)
    path = members.path_of(name)
    return Content(view, name=name, path=path, file_type=file_type, hidden_from_clamav=True)
