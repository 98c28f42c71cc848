"""What the headers of a RAR 5 archive list."""

from dataclasses import replace

from scanners.budget import Budget
from scanners.errors import ContentMalformed
from scanners.rar.blocks5 import (
    BEGINS_ELSEWHERE,
    ENCRYPTION,
    FILE,
    GOES_ON_ELSEWHERE,
    MAIN,
    SERVICE,
    Block,
    blocks,
    first_block,
    header_keys,
)
from scanners.rar.fields import Fields
from scanners.rar.keys import Derived, Keys5, trusted_check
from scanners.rar.quick_open import contradicts
from scanners.rar.records import Archive, Link, Member, Way

_ENCRYPTED, _HASH, _VERSION, _REDIRECTION, _SERVICE_DATA = 1, 2, 4, 5, 7
_FOLDER, _HAS_TIME, _HAS_CHECKSUM, _SIZE_UNKNOWN = 1, 2, 4, 8
_WAYS = {1: Way.SYMLINK, 2: Way.SYMLINK, 3: Way.SYMLINK, 4: Way.COPY, 5: Way.COPY}
"""Unix and Windows symbolic link, junction; hard link, copy of another member."""
LONGEST_NAME = 0xFFFF
"""Bytes; RAR writes 2,048 characters at most."""
LONGEST_COMMENT = 64 * 1024


def read(
    view: memoryview, start: int, budget: Budget, derived: Derived, password: str | None = None
) -> Archive:
    """Return what is listed behind the signature at `start`, as far as the headers can be read."""
    reader = _Reader(view, start, derived)
    try:
        for block in blocks(view, start, budget, derived, password):
            reader.take(block)
            if len(reader.members) > budget.members_left:
                break  # as the container will say when it counts them
    except ContentMalformed as error:
        reader.broken = str(error)
    if reader.names_keys is not None and password is not None:
        reader.names_keys = None
    return Archive(
        5,
        start,
        reader.end,
        tuple(reader.members),
        reader.names_keys,
        reader.comment,
        reader.broken,
        tuple(reader.ambiguous.items()),
    )


def starts(view: memoryview, start: int) -> bool:
    """Return whether a signature at `start` is followed by a sound first header."""
    try:
        block = first_block(view, start + 8)
    except ContentMalformed:
        return False
    return block.kind in (MAIN, ENCRYPTION) and block.sound


class _Reader:
    def __init__(self, view: memoryview, start: int, derived: Derived) -> None:
        self.view, self.derived = view, derived
        self.end = start
        self.owner = ""
        self.members: list[Member] = []
        self.names_keys: Keys5 | None = None
        self.comment = b""
        self.broken = ""
        self.ambiguous: dict[str, str] = {}

    def take(self, block: Block) -> None:
        self.end = min(block.end, len(self.view))
        if not block.sound:
            self.broken = "the checksum of a header is wrong"
        if block.kind == ENCRYPTION:
            self.names_keys = header_keys(block, self.derived)
        if block.kind == FILE:
            self.members.append(self._member(block))
            self.owner = self.members[-1].name
        if block.kind == SERVICE:
            self._service(block)

    def _service(self, block: Block) -> None:
        service = self._member(block)
        plain = service.stored and service.keys is None and service.whole
        if service.name == "STM":
            self._stream(service, block)
        elif service.name == "CMT" and plain:
            data = self.view[block.data : min(block.end, block.data + LONGEST_COMMENT)]
            self.comment = bytes(data)
        elif service.name == "QO" and plain and contradicts(self.view, block):
            self.ambiguous["quick_open"] = "the copies of headers for quick opening differ"

    def _stream(self, service: Member, block: Block) -> None:
        """List an alternate stream of NTFS: WinRAR writes it, to wherever its name leads."""
        names = [
            record.rest().decode("utf-8", "replace")
            for kind, record in block.records()
            if kind == _SERVICE_DATA
        ]
        name = self.owner + (names[0] if names else ":")
        self.members.append(replace(service, name=name, stream=True))

    def _member(self, block: Block) -> Member:
        fields = Fields(block.fields)
        flags, size = fields.vint(), fields.vint()
        fields.vint()  # attributes of the system it was made on
        if flags & _HAS_TIME:
            fields.take(4)
        checksum = fields.number(4) if flags & _HAS_CHECKSUM else None
        method = fields.vint()
        fields.vint()  # that system
        length = fields.vint()
        if length > LONGEST_NAME:
            raise ContentMalformed("a name longer than any system has")
        name = fields.take(length).decode("utf-8", "replace")
        digest: bytes | None = None
        keys: Keys5 | None = None
        link: Link | None = None
        others: tuple[str, ...] = ()
        for kind, record in block.records():
            if kind == _ENCRYPTED:
                keys = self._keys(record)
            elif kind == _HASH and record.vint() == 0:
                digest = record.take(32)
            elif kind == _VERSION:
                record.vint()
                others = (f"{name};{record.vint()}",)
            elif kind == _REDIRECTION:
                link = _link(record, bare=not block.packed)
        return Member(
            name=name,
            other_names=others,
            start=block.data,
            packed=block.packed,
            size=None if flags & _SIZE_UNKNOWN else size,
            stored=method >> 7 & 7 == 0,
            method=method,
            window=_window(method),
            solid=bool(method & 64),
            folder=bool(flags & _FOLDER),
            checksum=checksum,
            digest=digest,
            begins_elsewhere=bool(block.flags & BEGINS_ELSEWHERE),
            goes_on_elsewhere=bool(block.flags & GOES_ON_ELSEWHERE),
            link=link,
            keys=keys,
        )

    def _keys(self, record: Fields) -> Keys5:
        if record.vint() != 0:
            raise ContentMalformed("an encryption of the future")
        flags, rounds_log = record.vint(), record.number(1)
        salt, vector = record.take(16), record.take(16)
        check = trusted_check(record.take(12)) if flags & 1 else b""
        return Keys5(self.derived, salt, rounds_log, vector, check, tweaked=bool(flags & 2))


def _link(record: Fields, *, bare: bool) -> Link | None:
    """Return where a member leads; None if it is an ordinary one, as those of unknown kinds are."""
    way = _WAYS.get(record.vint())
    record.vint()  # flags
    target = record.take(record.vint()).decode("utf-8", "replace")
    return None if way is None else Link(way, target, bare)


def _window(method: int) -> int:
    """Return the size of the dictionary in bytes; version 1 (RAR 7) has finer steps."""
    if method & 63 == 0:
        return 128 * 1024 << (method >> 10 & 15)
    power = 128 * 1024 << (method >> 10 & 31)
    return power + power // 32 * (method >> 15 & 31)
