"""Members of a message saved by Outlook: its attachments, and its text for what it says."""

import re
from collections.abc import Iterator
from dataclasses import replace

from scanners import inflate
from scanners.budget import Budget
from scanners.members import FREE_BYTES, RATIO, MemberList
from scanners.model import Reason
from scanners.ole.compound import Compound
from scanners.ole.message import Attached, attached, is_message
from scanners.ole.rtf_compression import compressed_rtf

PIECE = 64 * 1024
"""Bytes of UTF-16 decoded at once."""

_PLACE = re.compile(r"[\\/]")


def add_attachments(compound: Compound, members: MemberList, budget: Budget) -> None:
    """Add all that a message carries, and those that are attached to it; else nothing."""
    if is_message(compound):
        for part in attached(compound):
            members.spend(budget)
            _add(compound, part, members, budget)


def _add(compound: Compound, part: Attached, members: MemberList, budget: Budget) -> None:
    stored = compound.read(part.stream)
    first, *others = (_base(name) for name in part.names)
    name = "/".join((*(_base(folder) for folder in part.folder), first))
    if len(stored) < part.stream.size:
        members.gap(Reason.MALFORMED, members.path_of(name))
    view = stored
    if decoder := _decoder(part):
        unpacked = inflate.unpack(decoder, stored, budget, max(FREE_BYTES, RATIO * len(stored)))
        view = unpacked.view
        members.came_out(len(view), members.path_of(name), bomb=unpacked.bomb)
        if unpacked.failure is not None:
            members.gap(unpacked.failure.reason, members.path_of(name))
    else:
        budget.spend_bytes(len(view))  # streams may share their sectors
    members.hidden = part.compressed  # clamd does not undo this
    members.add(name, view, tuple(others))
    members.hidden = False
    if part.declared_type:
        members.children[-1] = replace(members.children[-1], declared_type=part.declared_type)


def _decoder(part: Attached) -> inflate.Decoder | None:
    if part.compressed:
        return compressed_rtf
    return _as_utf8 if part.stream.name.upper().endswith("001F") else None


def _as_utf8(view: memoryview) -> Iterator[bytes]:
    for at in range(0, len(view), PIECE):
        yield bytes(view[at : at + PIECE]).decode("utf-16-le", "replace").encode("utf-8", "replace")


def _base(name: str) -> str:
    """Return a name as a mail program would save it: subjects and paths have slashes in them."""
    return _PLACE.split(name.rstrip("\\/"))[-1] or "attachment"
