"""The blocks of a RAR 5 archive, plain or behind a password.

https://www.rarlab.com/technote.htm
"""

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.rar.fields import Fields
from scanners.rar.keys import BLOCK, Derived, Keys5, trusted_check

MAIN, FILE, SERVICE, ENCRYPTION, END = 1, 2, 3, 4, 5
_HAS_EXTRA, _HAS_DATA = 1, 2
BEGINS_ELSEWHERE, GOES_ON_ELSEWHERE = 8, 16
LARGEST_HEADER = 2 * 1024 * 1024
"""Three bytes of size, as the format says."""
_SIZE_BYTES = 3
_FIRST = 4 + _SIZE_BYTES


@dataclass(frozen=True, slots=True)
class Block:
    """One header, decrypted if need be, and where its data lies."""

    kind: int
    flags: int
    fields: bytes
    """Those of its kind."""
    extra: bytes
    start: int
    data: int
    """Offset of the data area from the start of the view."""
    packed: int
    sound: bool
    """The checksum of the header holds."""

    @property
    def end(self) -> int:
        return self.data + self.packed

    def records(self) -> Iterator[tuple[int, Fields]]:
        """Yield (kind, content) of the extra area's records, up to the first that is broken."""
        area = Fields(self.extra)
        while area.left:
            record = Fields(area.take(area.vint()))
            yield record.vint(), record


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A password that opens headers."""

    keys: Keys5
    password: str


def blocks(
    view: memoryview, start: int, budget: Budget, derived: Derived, open_with: str | None
) -> Iterator[Block]:
    """Yield all blocks behind the signature at `start`, up to and with the end of the archive.

    Behind an encryption block only if a password is given; it is believed.  ContentMalformed
    where the chain of blocks breaks off.
    """
    at = start + 8
    unlocked: Unlocked | None = None
    while at < len(view):
        budget.seconds_left()
        block = _block(view, at, unlocked)
        yield block
        if block.kind == END:
            return
        if block.kind == ENCRYPTION and unlocked is None:
            if open_with is None:
                return
            unlocked = Unlocked(header_keys(block, derived), open_with)
        at = block.end
    if at > len(view):
        raise ContentMalformed("data reaches beyond the end of the file")


def first_block(view: memoryview, at: int) -> Block:
    """Return the block behind a signature, which is never encrypted."""
    return _block(view, at, None)


def header_keys(block: Block, derived: Derived) -> Keys5:
    """Return the keys that an encryption block speaks of; their vector stands at each header."""
    fields = Fields(block.fields)
    if fields.vint() != 0:
        raise ContentMalformed("an encryption of the future")
    has_check = fields.vint() & 1
    rounds_log, salt = fields.number(1), fields.take(16)
    check = trusted_check(fields.take(12)) if has_check else b""
    return Keys5(derived, salt, rounds_log, bytes(BLOCK), check, tweaked=False)


def first_header_holds(view: memoryview, at: int, keys: Keys5, password: str) -> bool:
    """Return whether the encrypted header at `at` makes sense: for archives without check value."""
    try:
        return _block(view, at, Unlocked(keys, password)).sound
    except ContentMalformed:
        return False


def _block(view: memoryview, at: int, unlocked: Unlocked | None) -> Block:
    if unlocked is None:
        head = bytes(view[at : at + _FIRST])
        whole = bytes(view[at : at + _length(head)])
        data = at + len(whole)
    else:
        vector, body = bytes(view[at : at + BLOCK]), view[at + BLOCK :]
        keys = unlocked.keys.with_vector(vector)
        length = _length(keys.decrypt(unlocked.password, body[:BLOCK]))
        padded = -(-length // BLOCK) * BLOCK
        whole = keys.decrypt(unlocked.password, body[:padded])[:length]
        data = at + BLOCK + padded
    fields = Fields(whole)
    checksum = fields.number(4)
    sound = crc32(whole[4:]) == checksum
    if fields.vint() != fields.left:
        raise ContentMalformed("a header is cut")
    kind, flags = fields.vint(), fields.vint()
    extra_size = fields.vint() if flags & _HAS_EXTRA else 0
    packed = fields.vint() if flags & _HAS_DATA else 0
    own = fields.take(fields.left - extra_size)
    return Block(kind, flags, own, fields.rest(), at, data, packed, sound)


def _length(head: bytes) -> int:
    """Return the length of the whole header from its first bytes."""
    fields = Fields(head)
    fields.take(4)
    size = fields.vint()
    if not 0 < size <= LARGEST_HEADER:
        raise ContentMalformed("a header of impossible size")
    return fields.at + size
