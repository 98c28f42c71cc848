"""FAT: whatever its parameters, table and folders say, a volume is read within the budget.

Input: the first sectors of a disk; files follow.
"""

from scanners.disk_images.container import DiskImageScanner
from scanners.model import Content, Family, FileType
from tests.fuzz.tree import KIT, PROGRAM, examine_twice

SCANNER = DiskImageScanner(KIT)
IMAGE = FileType("img", "application/x-raw-disk-image", Family.ARCHIVE)
DISK = FileType("vhd", "application/x-vhd", Family.ARCHIVE)


def fuzz_one(data: bytes) -> None:
    image = memoryview(data + PROGRAM * 2)
    examine_twice(Content(image, file_type=IMAGE), SCANNER)
    examine_twice(Content(image, file_type=DISK), SCANNER)
