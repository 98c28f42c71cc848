"""Two readers over one ZIP archive: by its directory, and from local header to local header.

What only one of them sees is read as well, and the archive is called ambiguous.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from scanners.errors import ContentMalformed, TooManyMembers
from scanners.model import Code, Family, Reason
from scanners.zip.directory import Directory, entries
from scanners.zip.gaps import is_filling
from scanners.zip.headers import Entry, LocalHeader, believable, local_header
from scanners.zip.loose import Leftover, Loose, bounds, walk
from scanners.zip.member import listed, unlisted
from scanners.zip.opening import MOST_READ, Opening
from scanners.zip.structure import (
    OTHERS,
    Layout,
    Placed,
    Region,
    contradictions,
    ends_early,
    lay_out,
    merged,
    other_directories,
    place,
)

READ_TWICE = frozenset({"method", "encryption", "size", "descriptor"})
"""Contradictions that make two readers unpack different bytes."""
UNREAD = frozenset({Family.DATA, Family.TEXT})
"""What stands before an archive in files of these families, no other scanner takes apart."""


@dataclass(frozen=True, slots=True)
class _Listed:
    entry: Entry
    local: LocalHeader | None
    """None if there is none where the directory says."""
    placed: Placed | None


def read_headless(opening: Opening, *, pure: bool) -> None:
    """Open what has no directory as streaming readers do.

    `pure`: the file starts as an archive.  In others, what surely is a member is one.
    """
    members, view = opening.members, opening.members.content.view
    opening.distrusted = True  # clamd opens no archive without a directory
    first = believable(view, 0) or believable(view, 4)
    if pure and first and first.masked:
        members.encrypted(Code.ARCHIVE_ENCRYPTED_NAMES, members.content.path)
        return
    if not pure:
        _take_certain(opening, [(0, len(view))])
        return
    members.gap(Reason.MALFORMED, members.content.path)
    for found in walk(view, 0, len(view), opening.budget):
        if isinstance(found, Loose):
            opening.budget.spend_member()
            opening.take(unlisted(view, found))
        elif not is_filling(view, opening.budget, found.start, found.end):
            opening.take_leftover(found)


def read_archive(opening: Opening, directory: Directory, *, pure: bool) -> None:
    """Add the members of an archive; raise what ends it before all are read."""
    view = opening.members.content.view
    found: list[_Listed] = []
    complete = _list(opening, directory, found)
    layout = _judge(opening, directory, found)
    loose = list(_search(opening, layout, pure=pure)) if complete else []
    others = list(_others(opening, directory, layout, pure=pure)) if complete else []
    opening.distrusted = bool(opening.words)
    inside = [_take_listed(opening, each) for each in (*found, *others)]
    opening.distrusted = True
    _take_certain(opening, merged(region for region in inside if region))
    for part in loose:
        if isinstance(part, Leftover):
            opening.take_leftover(part)
        elif pure or part.start >= layout.before[1]:
            opening.take(unlisted(view, part))
        else:
            _take_certain(opening, [(part.start, part.behind)])
    if not complete:
        raise TooManyMembers("the directory lists more members than the budget allows")


def _take_certain(opening: Opening, regions: list[Region]) -> None:
    """Add what surely is a member; what only looks like one hides none that stands in it.

    An encrypted one is sure if a record follows it: its checksum proves nothing.
    """
    view, budget = opening.members.content.view, opening.budget
    unread = MOST_READ * len(view)
    while regions and unread > 0:
        start, end = regions.pop()
        unread -= end - start
        for found in walk(view, start, end, budget):
            if not isinstance(found, Loose):
                continue
            member = unlisted(view, found)
            if found.local.encrypted and bytes(view[found.behind : found.behind + 2]) == b"PK":
                budget.spend_member()
                opening.take(member)
            elif found.end <= len(view) and not opening.take_certain(member):
                regions.append((found.local.data, found.behind))
    if regions:
        opening.ambiguous("nested", "headers within what other headers call data")


def _judge(opening: Opening, directory: Directory, found: list[_Listed]) -> Layout:
    """Say in which ways the archive's records say two things."""
    view, budget = opening.members.content.view, opening.budget
    list_end = found[-1].entry.end if found else directory.start
    layout = lay_out(view, directory, list_end, [each.placed for each in found if each.placed])
    if not layout.overlapping:
        for index, each in enumerate(found):
            if each.placed and each.placed.untold and ends_early(view, each.placed, budget):
                words = each.placed.contradictions | {"descriptor"}
                found[index] = replace(each, placed=replace(each.placed, contradictions=words))
    placed = [each.placed for each in found if each.placed]
    for word, said in contradictions(view, directory, placed, layout):
        opening.ambiguous(word, said)
    return layout


def _list(opening: Opening, directory: Directory, found: list[_Listed]) -> bool:
    """List the members, none of them read; return whether the budget let all be listed.

    A directory that is broken is a gap, and asked for its tricks still.
    """
    view, budget = opening.members.content.view, opening.budget
    try:
        for entry in entries(view, directory):
            budget.spend_member()
            budget.seconds_left()
            found.append(_locate(opening, entry))
    except ContentMalformed as error:
        opening.members.gap(error.reason, opening.members.content.path)
    except TooManyMembers:
        return False
    return True


def _locate(opening: Opening, entry: Entry) -> _Listed:
    view = opening.members.content.view
    try:
        local = local_header(view, entry.offset)
    except ContentMalformed:
        return _Listed(entry, None, None)
    return _Listed(entry, local, place(view, entry, local))


def _search(opening: Opening, layout: Layout, *, pure: bool) -> Iterator[Loose | Leftover]:
    """Yield what belongs to no listed member.

    What stands around an archive in a program or an image is that file's own affair: there only
    what surely is a member is taken.
    """
    view = opening.members.content.view
    yield from _search_in(opening, layout.between, strict=True)
    around = (layout.before, layout.behind)
    yield from _search_in(opening, around, strict=pure)
    unread = not pure and opening.members.content.file_type.family in UNREAD
    if unread and not is_filling(view, opening.budget, *layout.before):
        yield Leftover(*layout.before)
    for part in walk(view, *layout.comment, opening.budget):
        if isinstance(part, Loose):
            opening.budget.spend_member()
            opening.ambiguous("unlisted", "a member that the directory does not list")
            yield part
        elif b"\0" in bytes(view[part.start : part.end]):  # no text, then
            yield part


def _search_in(
    opening: Opening, regions: tuple[Region, ...], *, strict: bool
) -> Iterator[Loose | Leftover]:
    view, budget = opening.members.content.view, opening.budget
    for region in regions:
        for part in walk(view, *region, budget):
            if isinstance(part, Loose):
                budget.spend_member()
                if strict:
                    opening.ambiguous("unlisted", "a member that the directory does not list")
                yield part
            elif strict and not is_filling(view, budget, part.start, part.end):
                opening.ambiguous("hidden", "bytes that belong to no member of the archive")
                yield part


def _others(
    opening: Opening, directory: Directory, layout: Layout, *, pure: bool
) -> Iterator[_Listed]:
    """Yield what further directories in the same file list; more than a few of them are a gap."""
    view, budget = opening.members.content.view, opening.budget
    regions = [layout.comment, layout.behind, *layout.between, *([layout.before] if pure else [])]
    others = other_directories(view, directory, regions, budget)
    for other in islice(others, OTHERS):
        opening.ambiguous("concatenated", "a second archive stands in the same file")
        found: list[_Listed] = []
        complete = _list(opening, other, found)
        yield from found
        if not complete:
            raise TooManyMembers("the directories list more members than the budget allows")
    if next(others, None):
        opening.members.gap(Reason.TOO_MANY, opening.members.content.path)


def _take_listed(opening: Opening, each: _Listed) -> Region | None:
    """Read a listed member, and again as its own header has it if the two disagree.

    Return where a streaming reader looks for more members in what the directory calls its data.
    """
    view, entry, local = opening.members.content.view, each.entry, each.local
    if local is None or each.placed is None:
        opening.members.gap(Reason.MALFORMED, opening.members.path_of(entry.name))
        opening.members.seal(
            entry.name, entry.other_names, size=entry.size, checksum=entry.checksum
        )
        return None
    if entry.packed_size or local.deferred or not entry.is_folder:
        opening.take(listed(view, entry, (*entry.names, *local.names), local.data))
    if READ_TWICE.isdisjoint(each.placed.contradictions):
        return None
    opening.budget.spend_member()
    streamed = bounds(view, local, entry.offset, opening.budget)
    opening.take(unlisted(view, streamed), second=True)
    return streamed.behind, each.placed.end
