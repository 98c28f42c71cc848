"""What a disk image is for: to bring one program or shortcut past those who look at downloads."""

from collections.abc import Iterable

from scanners.disk_images.disk import DiskFile
from scanners.model import Family, FileType
from scanners.names import extension, readings
from scanners.types.table import TypeTable

COMPANIONS = frozenset("ico icns inf ini txt nfo md rtf cat".split())
"""Extensions of what lies beside a program and makes no disc of it."""
COMPANION_NAMES = frozenset(
    "thumbs.db boot.catalog boot.cat .ds_store wpsettings.dat indexervolumeguid license licence"
    " readme copying".split()
)
COMPANION_FOLDERS = ("system volume information/", ".trashes/", ".fseventsd/", "$recycle.bin/")
LONGEST_COMPANION = 64 * 1024


def is_program(path: str, file_type: FileType, table: TypeTable) -> bool:
    """Say whether a double click on the file would run something."""
    if file_type.family is Family.PROGRAM:
        return True
    if file_type.family not in (Family.TEXT, Family.DATA):
        return False
    return any(extension(reading) in table.runnable for reading in readings(path))


def the_only(files: Iterable[DiskFile]) -> DiskFile | None:
    """Return the only file that an image shows; None if it shows more.

    What is hidden from Explorer does not make it a disc of more than one file.
    """
    shown = [each for each in files if not each.hidden and not _is_companion(each)]
    return shown[0] if len(shown) == 1 else None


def _is_companion(file: DiskFile) -> bool:
    path = file.path.lower()
    if path.startswith(COMPANION_FOLDERS) or not file.size:
        return True
    name = path.rpartition("/")[2]
    known = name in COMPANION_NAMES or name.rpartition(".")[2] in COMPANIONS
    return known and file.size <= LONGEST_COMPANION
