"""One archive on its way into a list of members: links, holes, bombs and failures of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners.archives.libarchive import Data, Kind, Member, Progress, members
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.members import FREE_BYTES, RATIO, MemberList


@dataclass(frozen=True, slots=True)
class Reader:
    """How libarchive is to read a type."""

    formats: tuple[str, ...]
    filters: tuple[str, ...] = ()
    hidden: bool = False
    """clamd 1.4.6 does not open it, as measured (tests/scanners/clamav/test_archives.py)."""
    stored: bool = False
    """Members lie in it as they are, for clamd at least: what had to be put together is hidden."""


@dataclass(slots=True)
class Reading:
    reader: Reader
    found: MemberList
    budget: Budget
    places: dict[str, int] = field(default_factory=dict)
    """Names of members, and where in the list they stand: hard links name their target."""

    def members(
        self, view: memoryview, options: str = "", progress: Progress | None = None
    ) -> Iterator[Member]:
        """Yield the members of an archive, as libarchive's; raises what ends the reading."""
        return members(
            view,
            self.reader.formats,
            self.budget,
            filters=self.reader.filters,
            options=options,
            progress=progress,
        )

    def add(self, member: Member, others: tuple[str, ...] = (), *, hidden: bool = False) -> Data:
        """Read and add a member; returns its bytes; raises what ends the whole archive."""
        self.found.spend(self.budget)
        data = self.read(member, self.budget)
        self.put(member, data, others, hidden=hidden)
        return data

    def read(self, member: Member, budget: Budget) -> Data:
        """Return the bytes of a member, if it has any: folders of GNU tar may, with their lists."""
        data = member.read(budget, max(FREE_BYTES, RATIO * len(self.found.content.view)))
        if data.failure is None and _lacks(member, data):
            data.failure = ContentMalformed("less came out than is declared")
        return data

    def put(
        self, member: Member, data: Data, others: tuple[str, ...] = (), *, hidden: bool = False
    ) -> None:
        """Add what a member is: a file, a link, one more name; of others what they hold."""
        found, path = self.found, self.found.path_of(member.name)
        if member.kind is Kind.LINK:
            found.link(member.name, member.link)
        if member.kind in (Kind.FOLDER, Kind.DEVICE, Kind.LINK) and not data.view:
            return
        if member.kind is Kind.HARD_LINK:
            if not data.view:
                self._alias(member)
                return
            others += (member.link,)  # cpio keeps the bytes with the last of the names
        found.came_out(len(data.view), path, bomb=data.bomb)
        if data.failure is not None:
            found.gap(data.failure.reason, path)
        put_together = self.reader.stored and data.place is None and len(data.view) > 0
        found.hidden = hidden or self.reader.hidden or put_together
        found.add(member.name, data.view, others)
        self.places[member.name] = len(found.children) - 1
        if data.failure is not None and not isinstance(data.failure, ContentMalformed):
            raise data.failure

    def _alias(self, member: Member) -> None:
        place = self.places.get(member.link)
        if place is None:
            self.found.link(member.name, member.link)
        else:
            self.found.alias(member.name, place)


def _lacks(member: Member, data: Data) -> bool:
    """Say whether libarchive passed bytes over, with or without a word.

    A file of no size at all is one that it warned of, as beyond the end of its medium.
    """
    if member.kind not in (Kind.FILE, Kind.HARD_LINK):
        return False
    return not data.view if member.size is None else len(data.view) < member.size
