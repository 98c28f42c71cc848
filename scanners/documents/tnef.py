"""winmail.dat: what Exchange wraps attachments in ([MS-OXTNEF]), under whatever name it comes."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners import inflate
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import FREE_BYTES, RATIO, MemberList
from scanners.model import Content, Reason, Report
from scanners.ole.rtf_compression import compressed_rtf

SIGNATURE = bytes.fromhex("789f3e22")
BODY, RENDERED, TITLE, DATA, PROPERTIES, ATTACHED = (
    0x0002800C, 0x00069002, 0x00018010, 0x0006800F, 0x00069003, 0x00069005,
)  # fmt: skip
"""Attributes (§2.1.3.2): the text, the start of an attachment, its name, its bytes; properties."""
MESSAGE_GUID = bytes.fromhex("0703020000000000c000000000000046")
"""Stands before a message that is an attachment, itself in TNEF."""
RTF, OBJECT = 0x1009, 0x3701
NAMES = (0x3707, 0x3704, 0x3001)
TEXTS = {0x1E: "latin-1", 0x1F: "utf-16-le"}
SIZES = {0: 0, 1: 0, 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
"""Bytes of a value of fixed size; the shorter ones are padded to four (§2.1.3.4)."""
VARIABLE = frozenset({0xD, 0x1E, 0x1F, 0x102})
MANY = 0x1000
LONGEST, MOST_NAMES = 8192, 64

_PLACE = re.compile(r"[\\/]")
_ATTRIBUTE = struct.Struct("<BII")


@dataclass(slots=True)
class _Attachments:
    """The attachment at hand, filled attribute by attribute, on its way into the list.

    It ends where the next one begins: as it should, or with content that this one already has.
    """

    members: MemberList
    budget: Budget
    names: list[str] = field(default_factory=list)
    contents: dict[int, memoryview] = field(default_factory=dict)
    """By attribute or tag: readers differ in which of the two they prefer."""

    def fill(self, kind: int, data: memoryview) -> None:
        """Take one attribute; ContentMalformed where properties cannot be followed."""
        if kind == RENDERED:
            self.end()
        elif kind == TITLE:
            self._name(len(self.names), data, "latin-1")
        elif kind == DATA:
            self._hold(DATA, data)
        elif kind == ATTACHED:
            for tag, form, value in _properties(data):
                if tag in NAMES and form in TEXTS:
                    self._name(0, value, TEXTS[form])
                elif tag == OBJECT:
                    nested = bytes(value[:16]) == MESSAGE_GUID
                    self._hold(OBJECT, value[16:] if nested or form == 0xD else value)

    def end(self) -> None:
        """Add it, if it has any content."""
        for data in self.contents.values():
            _add(data, self.names, self.members, self.budget)
        self.names, self.contents = [], {}

    def _name(self, place: int, value: memoryview, encoding: str) -> None:
        if len(self.names) == MOST_NAMES:
            raise ContentMalformed("an attachment with more names than anybody gives it")
        self.names.insert(place, _text(value, encoding))

    def _hold(self, kind: int, data: memoryview) -> None:
        if kind in self.contents:
            self.end()
        self.contents[kind] = data


@dataclass(frozen=True, slots=True)
class TnefContainer:
    """Adds the attachments, and the text of the message."""

    kit: Kit
    name: str = "tnef"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or bytes(content.view[:4]) != SIGNATURE:
            return Report()
        members = MemberList(content, self.name, self.kit)
        try:
            self._open(members, budget)
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()

    def _open(self, members: MemberList, budget: Budget) -> None:
        view = members.content.view
        attachments = _Attachments(members, budget)
        at = 6
        while at + 9 <= len(view):
            _, kind, size = _ATTRIBUTE.unpack_from(view, at)
            data = view[at + 9 : at + 9 + size]
            if len(data) < size:
                members.gap(Reason.MALFORMED, members.content.path)
            try:
                if kind == BODY:
                    _add(data, ["body.txt"], members, budget)
                elif kind == PROPERTIES:
                    _add_text(data, members, budget)
                else:
                    attachments.fill(kind, data)
            except ContentMalformed as error:
                members.gap(error.reason, members.content.path)
            at += 9 + size + 2
            budget.seconds_left()
        if bytes(view[at:]).strip(b"\0\r\n \x1a"):
            members.gap(Reason.MALFORMED, members.content.path)
        attachments.end()


def _add(data: memoryview, names: list[str], members: MemberList, budget: Budget) -> None:
    members.spend(budget)
    budget.spend_bytes(len(data))
    places = [_PLACE.split(name)[-1] for name in names]
    first, *others = [*filter(None, places)] or ["attachment"]
    members.add(first, data, tuple(others))


def _add_text(data: memoryview, members: MemberList, budget: Budget) -> None:
    """Add the text of the message, which is RTF."""
    for tag, _, value in _properties(data):
        if tag == RTF:
            members.spend(budget)
            ceiling = max(FREE_BYTES, RATIO * len(value))
            unpacked = inflate.unpack(compressed_rtf, value, budget, ceiling)
            if unpacked.failure is not None:
                members.gap(unpacked.failure.reason, members.path_of("body.rtf"))
            members.hidden = True  # clamd does not undo this
            members.add("body.rtf", unpacked.view)
            members.hidden = False


def _properties(data: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """Yield tag, form and value of properties (§2.1.3.4); ContentMalformed where they break off."""
    at = 4
    while at + 4 <= len(data):
        form, tag = struct.unpack_from("<2H", data, at)
        at += 4
        if tag >= 0x8000:  # named
            (kind,) = struct.unpack("<I", bytes(data[at + 16 : at + 20]).ljust(4, b"\0"))
            at += 20 + (_padded(_number(data, at + 20)) if kind else 0) + 4
        many, form = form & MANY, form & ~MANY
        size = SIZES.get(form)
        if (many and size == 0) or (size is None and form not in VARIABLE):
            raise ContentMalformed("a property of no form that there is")
        count = 1
        if many or size is None:
            count, at = _number(data, at), at + 4
        for _ in range(count):
            length = size
            if length is None:
                length, at = _number(data, at), at + 4
            yield tag, form, data[at : at + length]
            at += _padded(length)
            if at - 3 > len(data):
                raise ContentMalformed("a property reaches beyond the others")
    if at - 3 > len(data):
        raise ContentMalformed("a property reaches beyond the others")


def _number(data: memoryview, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _padded(size: int) -> int:
    return size + -size % 4


def _text(value: memoryview, encoding: str) -> str:
    return bytes(value[:LONGEST]).decode(encoding, "replace").partition("\0")[0]
