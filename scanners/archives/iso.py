"""ISO 9660: one image has up to three trees of names, and each system shows another one."""

from dataclasses import dataclass, field, replace
from hashlib import blake2b

from scanners.archives.libarchive import Data, Kind, Member
from scanners.archives.reading import Reading
from scanners.errors import ContentMalformed

TREES = ("", "iso9660:!joliet", "iso9660:!rockridge,iso9660:!joliet")
"""Options that make libarchive read the tree it prefers, that of Unix, the plain one."""

SECTOR = 2048
FIRST_VOLUME = 16 * SECTOR
MOST_VOLUMES = 64
VOLUMES, TERMINATOR = (1, 2), 255
"""Kinds of descriptors: primary and supplementary, and the last.  (ECMA-119 §8)"""

Identity = tuple[int, int] | bytes
"""Place and size of a content in the image; a digest of one that was put together."""


@dataclass(slots=True)
class _Image:
    """What lies where, over all trees."""

    reading: Reading
    children: dict[Identity, int] = field(default_factory=dict)
    """Where a content stands in the list of members."""
    trees: list[set[Identity]] = field(default_factory=list)

    def first(self, member: Member) -> None:
        self._keep(self.reading.add(member))

    def another(self, member: Member) -> None:
        """Add what was not seen in an earlier tree; of the rest, only names that are new."""
        reading = self.reading
        paid = reading.found.bytes_out  # for what came out before
        again = replace(reading.budget, bytes_left=reading.budget.bytes_left + paid)
        data = reading.read(member, again)
        identity = _identity(data)
        if identity in self.children:
            self._name(member, self.children[identity])
            self.trees[-1].add(identity)
            if data.failure is not None:
                reading.found.gap(data.failure.reason, reading.found.path_of(member.name))
        elif member.kind is Kind.HARD_LINK and member.link in reading.places:
            self._name(member, reading.places[member.link])
        elif data.view or data.failure:
            reading.found.spend(reading.budget)
            reading.budget.spend_bytes(len(data.view))
            reading.put(member, data)
            self._keep(data)

    def _keep(self, data: Data) -> None:
        if identity := _identity(data):
            self.children.setdefault(identity, len(self.reading.found.children) - 1)
            self.trees[-1].add(identity)

    def _name(self, member: Member, place: int) -> None:
        """Plain names are those of the others in capitals, most of the time."""
        found = self.reading.found
        self.reading.places[member.name] = place
        child = found.children[place]
        if member.name.casefold() not in map(str.casefold, (child.name, *child.other_names)):
            found.alias(member.name, place)


def read_iso(reading: Reading) -> None:
    """Add the files of all trees, each content once, with all its names.

    clamd reads one tree: what does not lie in each of them is handed out.
    """
    image, found = _Image(reading), reading.found
    _require_blocks(found.content.view)
    for number, options in enumerate(TREES):
        image.trees.append(set())
        for member in reading.members(found.content.view, options):
            (image.another if number else image.first)(member)
    for identity, place in image.children.items():
        if not all(identity in tree for tree in image.trees):
            found.children[place] = replace(found.children[place], hidden_from_clamav=True)


def _require_blocks(view: memoryview) -> None:
    """One volume with blocks of another size misleads libarchive about all of them."""
    for at in range(FIRST_VOLUME, min(len(view), FIRST_VOLUME + MOST_VOLUMES * SECTOR), SECTOR):
        head = bytes(view[at : at + 136])
        if head[1:6] != b"CD001" or head[0] == TERMINATOR:
            return
        if head[0] in VOLUMES and head[128:132] != b"\0\x08\x08\0":
            raise ContentMalformed("blocks that are no sectors")


def _identity(data: Data) -> Identity | None:
    """Return what is the same for the same content; None for an empty one."""
    if data.place is not None:
        return data.place, len(data.view)
    return blake2b(data.view).digest() if data.view else None
