"""The header of a 7z archive, which stands last, mostly packed and perhaps encrypted.

7zFormat.txt of the LZMA SDK.
"""

import struct
from dataclasses import dataclass
from stat import S_ISLNK
from zlib import crc32

from scanners.errors import ContentMalformed, ContentTooLarge, TooManyMembers
from scanners.sevenzip.fields import Fields
from scanners.sevenzip.rebuild import SIGNATURE
from scanners.sevenzip.records import Archive, Member, Streams
from scanners.sevenzip.streams import END, read_streams
from scanners.sevenzip.unpack import Source, unpack

START = 32
_HEADER, _PROPERTIES, _MORE_STREAMS, _STREAMS, _FILES, _PACKED_HEADER = 1, 2, 3, 4, 5, 0x17
_EMPTY, _EMPTY_FILE, _NAMES, _ATTRIBUTES = 14, 15, 17, 21
_LARGEST = 16 * 1024 * 1024
_MOST_FILES = 100_000
"""Of the header of so many files, with names of ordinary length, 16 MiB is about the size."""
_MOST_PACKED = 4
"""Headers packed once more; 7-Zip packs once."""
_HAS_UNIX_MODE = 0x8000


@dataclass(frozen=True, slots=True)
class Locked:
    """The header is encrypted: what must be opened to read it."""

    streams: Streams
    end: int


def is_start(view: memoryview, start: int) -> bool:
    """Return whether a sound signature header stands at `start`."""
    head = bytes(view[start : start + START])
    checked = len(head) == START and head[6] == 0 and crc32(head[12:]).to_bytes(4, "little")
    return checked == head[8:12] and head.startswith(SIGNATURE)


def unlock(source: Source, start: int, password: str) -> Archive:
    """Return what an archive with an encrypted header lists."""
    archive = read(source, start, password)
    if isinstance(archive, Locked):
        raise ContentMalformed("a header that no password unlocks")
    return archive


def read(source: Source, start: int, password: str | None = None) -> Archive | Locked:
    """Return what the archive at `start` lists; Locked if its header needs a password.

    ContentMalformed or ContentTooLarge if it cannot be read, or not with this password.
    """
    if not is_start(source.view, start):
        raise ContentMalformed("the start header is broken")
    offset, size, checksum = struct.unpack_from("<QQI", source.view, start + 12)
    at = start + START + offset
    end = at + size
    if size == 0:
        return Archive(start, start + START)
    if size > _LARGEST or end > len(source.view):
        raise ContentMalformed("the header reaches beyond the end of the file")
    header = bytes(source.view[at:end])
    if crc32(header) != checksum:
        raise ContentMalformed("the checksum of the header is wrong")
    for _ in range(_MOST_PACKED):
        fields = Fields(header)
        kind = fields.number()
        if kind == _HEADER:
            return _archive(fields, start, end)
        if kind != _PACKED_HEADER:
            break
        streams = read_streams(fields, start + START)
        if len(streams.folders) != 1 or len(streams.parts[0]) != 1:
            raise ContentMalformed("a header in pieces")
        if streams.folders[0].encrypted and password is None:
            return Locked(streams, end)
        header = unpack_header(source, streams, password or "")
    raise ContentMalformed("no header where the archive says")


def unpack_header(source: Source, streams: Streams, password: str) -> bytes:
    """Return a packed header; ContentMalformed if the password, or anything else, is wrong."""
    if streams.parts[0][0].size > _LARGEST:
        raise ContentTooLarge("a header larger than any that 7-Zip makes")
    (header,) = unpack(source, streams, 0, password)
    if header.reason is not None:
        raise ContentMalformed("the header cannot be unpacked")
    return bytes(header.view)


def _archive(fields: Fields, start: int, end: int) -> Archive:
    streams = Streams()
    members: tuple[Member, ...] = ()
    mark = fields.number()
    if mark == _PROPERTIES:
        while fields.number() != END:
            fields.take(fields.number())
        mark = fields.number()
    if mark == _MORE_STREAMS:
        read_streams(fields, start + START)
        mark = fields.number()
    if mark == _STREAMS:
        streams = read_streams(fields, start + START)
        mark = fields.number()
    if mark == _FILES:
        members = _files(fields, streams)
        mark = fields.number()
    if mark != END:
        raise ContentMalformed("an unknown part of the header")
    return Archive(start, end, streams, members)


def _files(fields: Fields, streams: Streams) -> tuple[Member, ...]:
    count = fields.count()
    if count > _MOST_FILES:
        raise TooManyMembers("more files than any budget has members")
    empty, empty_file = [False] * count, [False] * count
    names: list[str] = []
    modes: list[int] = [0] * count
    while (mark := fields.number()) != END:
        content = Fields(fields.take(fields.number()))
        if mark == _EMPTY:
            empty = content.bits(count)
        elif mark == _EMPTY_FILE:
            files = iter(content.bits(sum(empty)))
            empty_file = [one and next(files) for one in empty]
        elif mark == _NAMES:
            names = _names(content, count)
        elif mark == _ATTRIBUTES:
            modes = _modes(content, count)
    if len(names) != count:
        raise ContentMalformed("files without names")
    places = ((f, p) for f, parts in enumerate(streams.parts) for p in range(len(parts)))
    members: list[Member] = []
    for number, name in enumerate(names):
        if empty[number]:
            members.append(Member(name, None, is_directory=not empty_file[number]))
            continue
        folder, part = next(places, (-1, 0))
        if folder < 0:
            raise ContentMalformed("more files than there is content")
        members.append(Member(name, folder, part, is_link=S_ISLNK(modes[number])))
    if next(places, None) is not None:
        raise ContentMalformed("content that belongs to no file")
    return tuple(members)


def _names(content: Fields, count: int) -> list[str]:
    if content.byte() != 0:
        raise ContentMalformed("names that stand elsewhere")
    text = content.take(content.left // 2 * 2).decode("utf-16-le", "replace")
    names = text.split("\0")
    if len(names) != count + 1 or names[-1]:
        raise ContentMalformed("another count of names than of files")
    return names[:-1]


def _modes(content: Fields, count: int) -> list[int]:
    """Return the modes of Unix, which p7zip puts above the attributes of Windows; 0 if none."""
    known = content.defined(count)
    if content.byte() != 0:
        raise ContentMalformed("attributes that stand elsewhere")
    attributes = [content.fixed(4) if one else 0 for one in known]
    return [bits >> 16 if bits & _HAS_UNIX_MODE else 0 for bits in attributes]
