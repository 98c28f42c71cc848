"""One member of a ZIP archive as one reader sees it; what reads the same bytes has the same key."""

from dataclasses import dataclass
from zlib import crc32

from scanners.zip.headers import Entry, Header
from scanners.zip.loose import Loose

Key = tuple[int, int, int, bool]


@dataclass(frozen=True, slots=True)
class Member:
    """One member as one reader sees it."""

    header: Header
    names: tuple[str, ...]
    packed: memoryview
    place: int
    """Offset of the packed bytes."""
    checksum: int | None
    """None, as `size`: nothing states it."""
    size: int | None

    @property
    def key(self) -> Key:
        """The same for two readings that yield the same bytes."""
        return self.place, len(self.packed), self.header.method, self.header.encrypted

    @property
    def is_folder(self) -> bool:
        return isinstance(self.header, Entry) and self.header.is_folder

    def is_whole(self, view: memoryview) -> bool:
        """Return whether these are the bytes that were packed, as far as anything states them."""
        return self.size in (None, len(view)) and self.checksum in (None, crc32(view))


def listed(view: memoryview, entry: Entry, names: tuple[str, ...], data: int) -> Member:
    """Return a member as the directory has it; its data begin at `data`."""
    packed = view[data : data + entry.packed_size]
    unstated = entry.encrypted and entry.aes is not None and not entry.checksum  # AE-2
    return Member(entry, names, packed, data, None if unstated else entry.checksum, entry.size)


def unlisted(view: memoryview, found: Loose) -> Member:
    """Return a member as its own header has it."""
    local = found.local
    packed = view[local.data : found.end]
    unstated = local.encrypted and local.aes is not None and not found.checksum
    checksum = None if unstated else found.checksum
    return Member(local, local.names, packed, local.data, checksum, found.size)
