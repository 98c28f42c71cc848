"""ActiveMime: the compressed compound file with the macros of a document saved as a web page."""

from dataclasses import dataclass

from scanners import inflate
from scanners.budget import Budget
from scanners.kit import Kit
from scanners.members import FREE_BYTES, RATIO, MemberList
from scanners.model import Content, Reason, Report

SIGNATURE = b"ActiveMime"
USUAL = 0x32
"""Where the zlib stream begins, in all files but a few."""
HEAD = 0x400
ZLIB = b"\x78"
PAYLOAD = "macros.bin"


@dataclass(frozen=True, slots=True)
class ActiveMimeContainer:
    """Undoes the compression; Word does not mind what the file is called."""

    kit: Kit
    name: str = "activemime"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or bytes(content.view[: len(SIGNATURE)]) != SIGNATURE:
            return Report()
        members = MemberList(content, self.name, self.kit, hidden=True)
        head = bytes(content.view[:HEAD])
        at = USUAL if head[USUAL : USUAL + 1] == ZLIB else head.find(ZLIB, len(SIGNATURE))
        if at < 0:
            members.gap(Reason.MALFORMED, content.path)
            return members.report()
        members.spend(budget)
        packed = content.view[at:]
        ceiling = max(FREE_BYTES, RATIO * len(packed))
        unpacked = inflate.unpack(inflate.deflate, packed, budget, ceiling)
        path = members.path_of(PAYLOAD)
        members.came_out(len(unpacked.data), path, bomb=unpacked.bomb)
        members.add(PAYLOAD, unpacked.view)
        if unpacked.failure is not None:
            members.gap(unpacked.failure.reason, path)
        return members.report()
