"""What the headers of a RAR 1.5 to 4 archive list, plain or behind a password."""

import struct
from dataclasses import dataclass, replace
from stat import S_ISLNK
from zlib import crc32

from scanners.archives.targets import is_target, text_of
from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.rar.fields import Fields
from scanners.rar.keys import BLOCK, Derived, Keys4
from scanners.rar.names4 import names
from scanners.rar.records import Archive, Link, Member, Way

_MAIN, _FILE, _SERVICE, _END = 0x73, 0x74, 0x7A, 0x7B
_KINDS = range(0x72, 0x7C)
_LONG = 0x8000
_HEADERS_ENCRYPTED, _OLD_COMMENT = 0x80, 0x02
_BEGINS_ELSEWHERE, _GOES_ON_ELSEWHERE, _ENCRYPTED, _COMMENT, _SOLID = 1, 2, 4, 8, 0x10
_WINDOW, _LARGE, _UNICODE, _SALT = 0xE0, 0x100, 0x200, 0x400
_SHORT = struct.Struct("<HBHH")
_FILE_FIELDS = struct.Struct("<2IB2I2BHI")
_MAIN_SIZE = 13
_SALT_SIZE = 8
_UNIX = 3
AES_SINCE = 29
"""Version of the unpacker since which encryption is AES; before, RAR had ciphers of its own."""


@dataclass(frozen=True, slots=True)
class _Block:
    kind: int
    flags: int
    body: bytes
    """The header behind its first seven bytes."""
    start: int
    data: int
    packed: int
    sound: bool

    @property
    def end(self) -> int:
        return self.data + self.packed


def read(
    view: memoryview, start: int, budget: Budget, derived: Derived, password: str | None = None
) -> Archive:
    """Return what is listed behind the signature at `start`, as far as the headers can be read."""
    members: list[Member] = []
    broken, owner, end = "", "", start + 7
    keys: Keys4 | None = None
    try:
        while end < len(view) and len(members) <= budget.members_left:
            budget.seconds_left()
            block = _block(view, end, derived, password if keys is not None else None)
            end = block.end
            if not block.sound:
                broken = "the checksum of a header is wrong"
            if block.kind == _END:
                break
            if block.kind == _MAIN and block.flags & _HEADERS_ENCRYPTED:
                keys = Keys4(derived, bytes(view[end : end + _SALT_SIZE]))
                if password is None:
                    break
            if block.kind in (_FILE, _SERVICE):
                found = _members(view, block, derived, owner)
                owner = next((member.name for member in found if not member.stream), owner)
                members += found
    except ContentMalformed as error:
        broken = str(error)
    if end > len(view):
        broken = "data reaches beyond the end of the file"
    locked = keys if password is None else None
    return Archive(4, start, min(end, len(view)), tuple(members), locked, broken=broken)


def starts(view: memoryview, start: int) -> bool:
    """Return whether a signature at `start` is followed by a sound main header."""
    try:
        block = _block(view, start + 7, Derived(), None)
    except ContentMalformed:
        return False
    return block.kind == _MAIN and block.sound


def headers_open(view: memoryview, end: int, derived: Derived, password: str) -> bool:
    """Return whether the first encrypted header, at `end`, makes sense with this password."""
    try:
        block = _block(view, end, derived, password)
    except ContentMalformed:
        return False
    return block.sound and block.kind in _KINDS


def _block(view: memoryview, at: int, derived: Derived, password: str | None) -> _Block:
    """Return the block at `at`, decrypted if a password is given."""
    start, behind, padded = at, view[at:], 0
    if password is not None:
        keys = Keys4(derived, bytes(behind[:_SALT_SIZE]))
        at, behind = at + _SALT_SIZE, behind[_SALT_SIZE:]
        first = keys.decrypt(password, behind[:BLOCK])
        padded = -(-_head(first)[3] // BLOCK) * BLOCK
        behind = memoryview(keys.decrypt(password, behind[:padded]))
    checksum, kind, flags, size = _head(behind)
    head = bytes(behind[:size])
    if len(head) < size:
        raise ContentMalformed("a header is cut")
    large = kind in (_FILE, _SERVICE)
    packed = 0
    if flags & _LONG or large:
        packed = Fields(head, 7).number(4)
    if large and flags & _LARGE:
        packed |= Fields(head, 32).number(4) << 32
    sound = crc32(_covered(head, kind, flags)) & 0xFFFF == checksum
    return _Block(kind, flags, head[7:], start, at + (padded or size), packed, sound)


def _head(view: memoryview | bytes) -> tuple[int, int, int, int]:
    """Return checksum, kind, flags and size of the header that starts here."""
    if len(view) < _SHORT.size:
        raise ContentMalformed("a header is cut")
    checksum, kind, flags, size = _SHORT.unpack_from(view)
    if size < _SHORT.size:
        raise ContentMalformed("a header of impossible size")
    return checksum, kind, flags, size


def _covered(head: bytes, kind: int, flags: int) -> bytes:
    """Return what the checksum covers: not the comments that RAR 2 put into headers."""
    if kind == _MAIN and flags & _OLD_COMMENT:
        return head[2:_MAIN_SIZE]
    if kind == _FILE and flags & _COMMENT and len(head) > 28:
        name_size = int.from_bytes(head[26:28], "little")
        return head[2 : 32 + (8 if flags & _LARGE else 0) + name_size]
    return head[2:]


def _members(view: memoryview, block: _Block, derived: Derived, owner: str) -> list[Member]:
    """Return the file of this block, or a stream of `owner`; other services are no members."""
    fields = Fields(block.body)
    (_, size, system, checksum, _, version, method, name_size, mode) = _FILE_FIELDS.unpack(
        fields.take(_FILE_FIELDS.size)
    )
    if block.flags & _LARGE:
        fields.take(4)
        size |= fields.number(4) << 32
    shown = names(fields.take(name_size), unicode=bool(block.flags & _UNICODE))
    salt = fields.take(_SALT_SIZE) if block.flags & _SALT else b""
    folder = block.flags & _WINDOW == _WINDOW
    encrypted = bool(block.flags & _ENCRYPTED)
    member = Member(
        name=shown[0].replace("\\", "/"),
        other_names=tuple(name.replace("\\", "/") for name in shown[1:]),
        start=block.data,
        packed=block.packed,
        size=size,
        stored=method == 0x30,
        method=version << 8 | method,
        window=0 if folder else 0x10000 << (block.flags >> 5 & 7),
        solid=bool(block.flags & _SOLID),
        folder=folder,
        checksum=checksum,
        digest=None,
        begins_elsewhere=bool(block.flags & _BEGINS_ELSEWHERE),
        goes_on_elsewhere=bool(block.flags & _GOES_ON_ELSEWHERE),
        keys=Keys4(derived, salt, known=version >= AES_SINCE) if encrypted else None,
    )
    if block.kind == _FILE:
        return [_as_link(view, member, mode)] if system == _UNIX else [member]
    if shown[0] != "STM":
        return []
    name = fields.rest().decode("utf-16-le", "replace").partition("\0")[0]
    return [replace(member, name=owner + (name or ":"), stream=True)]


def _as_link(view: memoryview, member: Member, mode: int) -> Member:
    """A symbolic link of Unix has its target as its content."""
    if not S_ISLNK(mode & 0xFFFF) or not member.stored or member.keys or not member.whole:
        return member
    data = view[member.start : member.start + member.packed]
    return replace(member, link=Link(Way.SYMLINK, text_of(data), bare=is_target(data)))
