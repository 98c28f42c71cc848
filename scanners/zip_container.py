"""ZIP archives: their members as children, and the tricks that their structure plays."""

from dataclasses import dataclass, field
from zlib import crc32

from scanners import inflate
from scanners.base import Identify
from scanners.budget import Budget
from scanners.errors import ContentMalformed, ScannerError
from scanners.model import (
    UNKNOWN_TYPE,
    Code,
    Content,
    Detection,
    DetectionLevel,
    Family,
    FileType,
    Reason,
    Report,
    Unscanned,
)
from scanners.names import extension, readings, shorten
from scanners.type_table import TypeTable
from scanners.zip_directory import (
    Directory,
    Entry,
    directories,
    entries,
    find_directory,
    local_header,
)
from scanners.zip_structure import Placed, ambiguities, place

SEALED = FileType("encrypted", UNKNOWN_TYPE.mime, Family.DATA)
"""Type of a member that could not be opened: its name is judged, its content is a gap."""
RATIO = 200
"""Bytes out for one byte in, beyond which a member of FREE_BYTES and more is a bomb."""
WHOLE_RATIO = 1032
"""The most that one pass of deflate can do: an archive beyond it counts its bytes twice."""
FREE_BYTES = 10 * 1024 * 1024
ZIP_TYPES = frozenset({"zip", "jar", "apk", "ooxml", "odf"})
HOLDS_FILES = frozenset({"ole", "msi"})
"""Types beside archives that hold other files as they are, at any place."""
PROGRAMS_BELONG = frozenset({"jar", "apk", "x-java-jmod"})

DECODERS: dict[int, inflate.Decoder] = {
    8: inflate.raw_deflate,
    12: inflate.bzip2,
    14: inflate.zip_lzma,
    93: inflate.zstd,
    95: inflate.xz,
}
"""APPNOTE §4.4.5; 0 is stored.  Others (Deflate64, PPMd, WinZip JPEG) are gaps."""


@dataclass(slots=True)
class _Progress:
    """What one scan found so far; a failure on the way does not lose it."""

    content: Content
    scanner: str
    detections: list[Detection] = field(default_factory=list)
    unscanned: list[Unscanned] = field(default_factory=list)
    children: list[Content] = field(default_factory=list)
    bytes_out: int = 0

    def detect(
        self, code: Code, word: str, said: str, path: tuple[str, ...], *, harmless: bool = False
    ) -> None:
        level = DetectionLevel.INFO if harmless else DetectionLevel.SUSPICIOUS
        self.detections.append(Detection(code, self.scanner, word, level, path, said))

    def gap(self, reason: Reason, path: tuple[str, ...]) -> None:
        self.unscanned.append(Unscanned(self.scanner, reason, path))

    def report(self) -> Report:
        found = tuple(self.detections), tuple(self.unscanned), tuple(self.children)
        return Report(*found, archive=True)


@dataclass(frozen=True, slots=True)
class ZipContainer:
    """Opens ZIP in any dress: plain, JAR, OOXML, APK, behind a self-extractor or a picture."""

    table: TypeTable
    identify: Identify
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
        progress = _Progress(content, self.name)
        if not pure and directory.tail < len(content.view) and not _may_go_on(content):
            said = "an archive that readers find between other bytes"
            progress.detect(Code.ARCHIVE_AMBIGUOUS, "carried", said, content.path)
        placed: list[Placed] = []
        try:
            self._members(directory, progress, budget, placed)
            found = dict(ambiguities(content.view, directory, placed, budget, pure=pure))
            for word, said in found.items():
                progress.detect(Code.ARCHIVE_AMBIGUOUS, word, said, content.path)
        except ScannerError as error:
            progress.gap(error.reason, content.path)
        return progress.report()

    def _members(
        self, directory: Directory, progress: _Progress, budget: Budget, placed: list[Placed]
    ) -> None:
        """Add all members; a directory that is broken is a gap, and asked for its tricks still."""
        try:
            for entry in entries(progress.content.view, directory):
                budget.spend_member()
                budget.seconds_left()
                self._member(entry, progress, budget, placed)
        except ContentMalformed as error:
            progress.gap(error.reason, progress.content.path)

    def _member(
        self, entry: Entry, progress: _Progress, budget: Budget, placed: list[Placed]
    ) -> None:
        """Add one member's child, detections and gaps; raise only what ends the whole archive."""
        content = progress.content
        name, others = shorten(entry.name), entry.other_names
        path = (*content.path, name)
        if any(_leaves_folder(each) for each in (entry.name, *others)):
            said = "the member's name leads out of the folder it is unpacked in"
            progress.detect(Code.ARCHIVE_TRAVERSAL, "path", said, path)
        view, file_type = memoryview(b""), SEALED
        try:
            local = local_header(content.view, entry.offset)
            placed.append(place(content.view, entry, local, budget))
            others += local.names
            if entry.is_folder and not (entry.packed_size or local.deferred):
                return
            if entry.encrypted or local.encrypted:
                said = "a member is encrypted"
                progress.detect(Code.ARCHIVE_ENCRYPTED, "encrypted", said, path, harmless=True)
                progress.gap(Reason.ENCRYPTED, path)
            else:
                packed = content.view[local.data : local.data + entry.packed_size]
                view = self._read(entry, packed, progress, budget, path)
                if entry.is_folder and not view:
                    return
                file_type = self.identify(view)
        except ContentMalformed as error:
            progress.gap(error.reason, path)
        names = tuple(dict.fromkeys((name, *map(shorten, others))))
        self._judge_program(names, file_type, progress, path)
        child = Content(view, name=name, path=path, file_type=file_type, other_names=names[1:])
        progress.children.append(child)

    def _read(
        self,
        entry: Entry,
        packed: memoryview,
        progress: _Progress,
        budget: Budget,
        path: tuple[str, ...],
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
        progress.bytes_out += len(view)
        whole = len(progress.content.view) * WHOLE_RATIO
        if unpacked.bomb or (progress.bytes_out > FREE_BYTES and progress.bytes_out > whole):
            said = "unpacks to far more than honest data would"
            progress.detect(Code.ARCHIVE_BOMB, "ratio", said, path)
        if unpacked.failure is not None:
            progress.gap(unpacked.failure.reason, path)
        elif crc32(view) != entry.checksum or len(view) != entry.size:
            progress.gap(Reason.MALFORMED, path)  # not the bytes that were packed
        return view

    def _judge_program(
        self,
        names: tuple[str, ...],
        file_type: FileType,
        progress: _Progress,
        path: tuple[str, ...],
    ) -> None:
        if progress.content.file_type.name in PROGRAMS_BELONG:
            return
        by_name = file_type is SEALED and any(
            self.table.extension_families(extension(reading)) == {Family.PROGRAM}
            for name in names
            for reading in readings(name)
        )
        if by_name or file_type.family is Family.PROGRAM:
            said = "a program lies in the archive"
            progress.detect(Code.ARCHIVE_EXECUTABLE, file_type.name, said, path, harmless=True)


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


def _leaves_folder(name: str) -> bool:
    steps = name.replace("\\", "/").split("/")
    return ".." in steps or (steps[0] == "" and name != "") or steps[0].endswith(":")
