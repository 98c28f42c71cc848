"""Files that a document carries: children, and an alarm if one of them is a program."""

import re

from scanners.budget import Budget
from scanners.members import MemberList
from scanners.model import Code, Content, Family
from scanners.names import extension, readings
from scanners.types.table import TypeTable

NAMED = frozenset({Family.TEXT, Family.DATA})
"""Families whose files Windows starts if only their name says so."""

_SEPARATOR = re.compile(r"[/\\]")


def attach(
    members: MemberList, name: str, view: memoryview, budget: Budget, others: tuple[str, ...] = ()
) -> None:
    """Add one attached file; folders in its name are the sender's and no path on this side.

    Raises what the budget raises.
    """
    members.spend(budget)
    members.add(base_name(name), view, tuple(base_name(other) for other in others if other))
    child = members.children[-1]
    if is_program(child, members.kit.table):
        said = "a document carries a program"
        members.detect(Code.EMBEDDED_EXECUTABLE, "attachment", said, child.path)


def is_program(child: Content, table: TypeTable) -> bool:
    """Say whether a double click on the attachment would run it."""
    if child.file_type.family is Family.PROGRAM:
        return True
    names = (child.name, *child.other_names)
    return child.file_type.family in NAMED and any(
        extension(reading) in table.runnable for name in names for reading in readings(name)
    )


def base_name(name: str) -> str:
    return _SEPARATOR.split(name.rstrip("/\\\0"))[-1].rstrip("\0") or "attachment"
