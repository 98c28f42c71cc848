"""Disk images: their files as children, and an alarm if they are only the wrapping of a program."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanners.budget import Budget
from scanners.disk_images import fat, iso, udf
from scanners.disk_images.contents import is_program, the_only
from scanners.disk_images.disk import Disk, DiskFile, FlatDisk, Part, content_of, is_blank
from scanners.disk_images.partitions import partitions
from scanners.disk_images.vhd import open_vhd
from scanners.errors import ContentMalformed, ScannerError
from scanners.kit import Kit
from scanners.members import MemberList
from scanners.model import Code, Content, Reason, Report

OPENED = frozenset({"iso", "udf", "img", "vhd"})
CLOSED = frozenset({"vhdx", "dmg", "qcow2"})
"""Images that nothing here opens; scanners/archives/unopened.py says so."""
STUB = 8 * 1024
"""Bytes of the text that the plain tree of a UDF disc holds instead of files: "use UDF"."""
COMPARED = 256
"""Files of one file system alone that are asked whether they are programs."""

Place = tuple[int, int]
"""Where a file begins, and its size: what two file systems of a disc have in common."""


@dataclass(slots=True)
class _Image:
    """What one image has shown so far."""

    members: MemberList
    budget: Budget
    files: list[DiskFile] = field(default_factory=list)
    """What a system would show that opens it."""
    programs: set[str] = field(default_factory=set)
    """Paths among them."""


@dataclass(frozen=True, slots=True)
class DiskImageScanner:
    """Opens FAT and UDF, in partitions and virtual disks too; of ISO 9660 reads only the list."""

    kit: Kit
    name: str = "disk_image"

    def scan(self, content: Content, budget: Budget) -> Report:
        kind = content.file_type.name
        if content.codings or kind not in OPENED | CLOSED:
            return Report()
        members = MemberList(content, self.name, self.kit, hidden=True)
        image = _Image(members, budget)
        if kind in OPENED:
            try:
                self._open(kind, content, image)
            except ScannerError as error:
                members.gap(error.reason, content.path)
        self._judge(kind, image)
        return members.report()

    def _judge(self, kind: str, image: _Image) -> None:
        code, path = Code.CONTAINER_DISK_IMAGE, image.members.content.path
        only = the_only(image.files)
        if only is not None and only.path in image.programs:
            said = f"a disk image that shows nothing but {only.path[:100]}"
            image.members.detect(code, "only_program", said, path)
        else:
            image.members.detect(code, kind, "a disk image", path, harmless=True)

    def _open(self, kind: str, content: Content, image: _Image) -> None:
        disk: Disk = FlatDisk(content.view)
        if kind == "vhd":
            disk, whole = open_vhd(content.view)
            if not whole:
                image.members.gap(Reason.MALFORMED, content.path)
        if kind == "iso":
            self._disc(disk, content.view, image)
        elif kind == "udf":
            self._add_all(disk, udf.files(disk, image.budget), image)
        else:
            for part in partitions(disk, image.budget):
                self._volume(part, image)

    def _volume(self, disk: Part, image: _Image) -> None:
        """Add what a partition holds; one that cannot be read is a gap, not the end."""
        try:
            if fat.is_fat(disk):
                self._add_all(disk, fat.files(disk, image.budget), image)
            elif udf.is_udf(disk):
                self._add_all(disk, udf.files(disk, image.budget), image)
            elif not disk.spare and not is_blank(disk, image.budget):
                raise ContentMalformed("a file system that nothing here reads")
        except ContentMalformed as error:
            image.members.gap(error.reason, image.members.content.path)

    def _add_all(self, disk: Disk, files: Iterator[DiskFile], image: _Image) -> None:
        for file in files:
            self._add(disk, file, image)

    def _add(self, disk: Disk, file: DiskFile, image: _Image) -> None:
        members = image.members
        members.spend(image.budget)
        view, whole = content_of(disk, file, image.budget)
        path = members.path_of(file.path)
        members.came_out(len(view), path)
        members.add(file.path, view)
        if not whole:
            members.gap(Reason.MALFORMED, path)
        image.files.append(file)
        if is_program(file.path, members.children[-1].file_type, self.kit.table):
            image.programs.add(file.path)

    def _disc(self, disk: Disk, view: memoryview, image: _Image) -> None:
        """List the trees of ISO 9660, and add what only UDF has."""
        trees = list(iso.trees(view, image.budget))
        listed = {(file.runs[0][0], file.size): file for tree in trees for file in tree}
        if udf.is_udf(disk):
            try:
                self._compare(disk, listed, image)
            except ContentMalformed as error:  # the other file system is still there to be judged
                image.members.gap(error.reason, image.members.content.path)
        if not image.files or not _is_stub(listed):
            image.files += trees[-1] if trees else []  # Joliet stands behind the plain tree
        only = the_only(image.files)
        if only is not None and self._runs(disk, only):
            image.programs.add(only.path)

    def _compare(self, disk: Disk, listed: dict[Place, DiskFile], image: _Image) -> None:
        """Add what only UDF has; programs in one file system alone are a trick.

        Discs for old systems hold nothing in ISO 9660 but a word that UDF is needed.
        """
        common: set[Place] = set()
        for file in udf.files(disk, image.budget):
            place = (file.runs[0][0] if file.runs else -1, file.size)
            if place in listed:
                common.add(place)
            elif file.size:
                self._add(disk, file, image)
        alone = [listed[place] for place in sorted(listed.keys() - common)][:COMPARED]
        if _is_stub(listed) or not (image.programs or any(self._runs(disk, it) for it in alone)):
            return
        said = "the file systems of the disc hold different programs"
        image.members.detect(Code.ARCHIVE_AMBIGUOUS, "trees", said, image.members.content.path)

    def _runs(self, disk: Disk, file: DiskFile) -> bool:
        view = disk.read(file.runs[0][0], file.size) if file.runs else memoryview(b"")
        return is_program(file.path, self.kit.identify(view), self.kit.table)


def _is_stub(listed: dict[Place, DiskFile]) -> bool:
    """Say whether the plain trees only tell to use the other file system."""
    return len(listed) <= 1 and all(size <= STUB for _, size in listed)
