"""ZIP archives: their members as children, and the tricks that their structure plays."""

from dataclasses import dataclass
from zlib import crc32

from scanners import inflate
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import FREE_BYTES, RATIO, MemberList
from scanners.model import Code, Content, Family, Reason, Report
from scanners.zip.directory import (
    Directory,
    Entry,
    directories,
    entries,
    find_directory,
    local_header,
)
from scanners.zip.structure import Placed, ambiguities, place

ZIP_TYPES = frozenset({"zip", "jar", "apk", "ooxml", "odf"})
HOLDS_FILES = frozenset({"ole", "msi"})
"""Types beside archives that hold other files as they are, at any place."""

DECODERS: dict[int, inflate.Decoder] = {
    8: inflate.raw_deflate,
    12: inflate.bzip2,
    14: inflate.zip_lzma,
    93: inflate.zstd,
    95: inflate.xz,
}
"""APPNOTE §4.4.5; 0 is stored.  Others (Deflate64, PPMd, WinZip JPEG) are gaps."""


@dataclass(frozen=True, slots=True)
class ZipContainer:
    """Opens ZIP in any dress: plain, JAR, OOXML, APK, behind a self-extractor or a picture."""

    kit: Kit
    name: str = "zip"

    def scan(self, content: Content, budget: Budget) -> Report:
        if content.codings:
            return Report()
        pure = content.file_type.name in ZIP_TYPES
        directory = find_directory(content.view) if pure else _carried(content)
        if directory is None and pure:
            raise ContentMalformed("no end record that could be true")
        if directory is None:
            return Report()
        members = MemberList(content, self.name, self.kit)
        if not pure and directory.tail < len(content.view) and not _may_go_on(content):
            said = "an archive that readers find between other bytes"
            members.detect(Code.ARCHIVE_AMBIGUOUS, "carried", said, content.path)
        placed: list[Placed] = []
        try:
            self._members(directory, members, budget, placed)
            found = dict(ambiguities(content.view, directory, placed, budget, pure=pure))
            for word, said in found.items():
                members.detect(Code.ARCHIVE_AMBIGUOUS, word, said, content.path)
        except ScannerError as error:
            members.gap(error.reason, content.path)
        return members.report()

    def _members(
        self, directory: Directory, members: MemberList, budget: Budget, placed: list[Placed]
    ) -> None:
        """Add all members; a directory that is broken is a gap, and asked for its tricks still."""
        try:
            for entry in entries(members.content.view, directory):
                budget.spend_member()
                budget.seconds_left()
                self._member(entry, members, budget, placed)
        except ContentMalformed as error:
            members.gap(error.reason, members.content.path)

    def _member(
        self, entry: Entry, members: MemberList, budget: Budget, placed: list[Placed]
    ) -> None:
        """Add one member's child, detections and gaps; raise only what ends the whole archive."""
        content = members.content
        path = members.path_of(entry.name)
        others = entry.other_names
        try:
            local = local_header(content.view, entry.offset)
            placed.append(place(content.view, entry, local, budget))
            others += local.names
            if entry.is_folder and not (entry.packed_size or local.deferred):
                return
            if entry.encrypted or local.encrypted:
                members.encrypted(Code.ARCHIVE_ENCRYPTED, path)
                members.seal(entry.name, others)
                return
            packed = content.view[local.data : local.data + entry.packed_size]
            view = self._read(entry, packed, members, budget)
            if not (entry.is_folder and not view):
                members.add(entry.name, view, others)
        except ContentMalformed as error:
            members.gap(error.reason, path)
            members.seal(entry.name, others)

    def _read(
        self, entry: Entry, packed: memoryview, members: MemberList, budget: Budget
    ) -> memoryview:
        """Return the member's bytes, as far as they could be had; say what is missing."""
        if len(packed) < entry.packed_size:
            raise ContentMalformed("the member reaches beyond the archive")
        if entry.method == 0:
            budget.spend_bytes(len(packed))  # overlapping members may name the same bytes often
            unpacked, view = inflate.Unpacked(), packed
        else:
            decoder = DECODERS.get(entry.method)
            if decoder is None:
                raise ContentMalformed(f"compression method {entry.method}")
            ceiling = max(FREE_BYTES, RATIO * len(packed))
            unpacked = inflate.unpack(decoder, packed, budget, ceiling)
            view = unpacked.view
        path = members.path_of(entry.name)
        members.came_out(len(view), path, bomb=unpacked.bomb)
        if unpacked.failure is not None:
            members.gap(unpacked.failure.reason, path)
        elif crc32(view) != entry.checksum or len(view) != entry.size:
            members.gap(Reason.MALFORMED, path)  # not the bytes that were packed
        return view


def _carried(content: Content) -> Directory | None:
    """Return the directory of an archive behind something else: a self-extractor, a picture.

    In a file that holds others, bytes behind the archive mean that it is one of these (a part of
    a multipart body, a member of a tar), which is opened as such.
    """
    file_type = content.file_type
    holds_files = file_type.family is Family.ARCHIVE or file_type.name in HOLDS_FILES
    must_end = holds_files or content.declared_type.startswith("multipart/")
    for directory in directories(content.view):
        if not directory.empty and (directory.tail == len(content.view) or not must_end):
            return directory
    return None


def _may_go_on(content: Content) -> bool:
    """Return whether honest files of this type have bytes behind an archive in them.

    Signed self-extractors have their certificate there, PDFs the rest of their objects.
    """
    return content.file_type.family is Family.PROGRAM or content.file_type.name == "pdf"
