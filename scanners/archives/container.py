"""tar, cpio, ar, deb, rpm, cab, iso, lha, xar: members by libarchive, tricks by own checks."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from scanners.archives.cab import read_cab
from scanners.archives.cpio import read_cpio, read_payload
from scanners.archives.iso import read_iso
from scanners.archives.libarchive import Kind, Progress
from scanners.archives.reading import Reader, Reading
from scanners.archives.tar import read_tar
from scanners.archives.trailing import add_trailing
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Content, Report


def read_plain(reading: Reading) -> None:
    for member in reading.members(reading.found.content.view):
        reading.add(member)


def read_ar(reading: Reading) -> None:
    """Indexes are called /, // or /SYM64/: no absolute names.  All members are files.

    libarchive goes by the mode, which unpackers ignore, and ends quietly at a short header.
    """
    view, progress = reading.found.content.view, Progress()
    for member in reading.members(view, progress=progress):
        name = member.name.strip("/") or "index"
        reading.add(replace(member, name=name, kind=Kind.FILE))
    if bytes(view[progress.reached :]).strip(b"\0\n"):
        raise ContentMalformed("the last header is cut")


def read_lha(reading: Reading) -> None:
    """A zero in place of a header ends it."""
    progress = Progress()
    for member in reading.members(reading.found.content.view, progress=progress):
        reading.add(member)
    add_trailing(reading.found, progress.position + 1, reading.budget)


READERS: dict[str, tuple[Reader, Callable[[Reading], object]]] = {
    "tar": (Reader(("tar",), stored=True), read_tar),
    "cpio": (Reader(("cpio",)), read_cpio),
    "ar": (Reader(("ar",), hidden=True), read_ar),
    "deb": (Reader(("ar",), hidden=True), read_ar),
    "rpm": (
        Reader(("cpio",), ("rpm", "gzip", "bzip2", "xz", "lzma", "zstd"), hidden=True),
        read_payload,
    ),
    "cab": (Reader(("cab",)), read_cab),
    "iso": (Reader(("iso9660",), stored=True), read_iso),
    "lha": (Reader(("lha",)), read_lha),
    "xar": (Reader(("xar",)), read_plain),
}
"""By type; what a type is called stands in rules/types.toml."""


@dataclass(frozen=True, slots=True)
class ArchiveContainer:
    """Opens every archive that libarchive reads and no scanner of its own does."""

    kit: Kit
    name: str = "archive"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings or content.file_type.name not in READERS:
            return Report()
        reader, read = READERS[content.file_type.name]
        found = MemberList(content, self.name, self.kit)
        try:
            read(Reading(reader, found, budget))
        except ScannerError as error:
            found.gap(error.reason, content.path)
        return found.report()
