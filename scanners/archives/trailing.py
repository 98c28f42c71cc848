"""Bytes that readers of a format skip: padding is nothing, the rest gets a look of its own."""

import re
from collections.abc import Iterable, Iterator

from scanners.budget import Budget
from scanners.inflate import SHORTEST_SKIPPED
from scanners.members import MemberList
from scanners.model import Code, Content, Family

_PAYLOAD = re.compile(rb"[^\0\t\r\n ]")
FILES = frozenset({Family.PROGRAM, Family.ARCHIVE, Family.DOCUMENT})
"""What somebody put there, and some reader may find: signatures and checksums are none of these."""


def add_trailing(
    members: MemberList,
    at: int,
    budget: Budget,
    *,
    expected: frozenset[str] = frozenset(),
    word: str = "trailing",
) -> None:
    """Look at what stands behind `at`: as a child, that no reader of this format sees.

    Suspicious if it is a file by itself, unless its type is among the `expected` ones; else it is
    recorded: trailers of firmware images, signatures, what a careless download left.  It is one
    more member: raises what the budget raises.
    """
    view = members.content.view
    start = _PAYLOAD.search(view, at)
    if start is None or len(view) - start.start() < SHORTEST_SKIPPED:
        return
    rest = view[start.start() :]
    file_type = members.kit.identify(rest)
    honest = file_type.family not in FILES or file_type.name in expected
    said = f"bytes behind the end, which readers of this format skip ({file_type.name})"
    path = (*members.content.path, word)
    members.detect(Code.ARCHIVE_AMBIGUOUS, word, said, path, harmless=honest)
    members.spend(budget)
    members.children.append(Content(rest, path=path, file_type=file_type, hidden_from_clamav=True))


def skipped_children(views: Iterable[memoryview], path: tuple[str, ...]) -> Iterator[Content]:
    """Give bytes that decode to nothing a look of their own: an archive may lie there."""
    for number, view in enumerate(views, 1):
        yield Content(view, path=(*path, f"skipped {number}"), hidden_from_clamav=True)
