"""UDF: whatever its descriptors say, a volume is read within the budget.

Input: blocks of 512 bytes, put over those of a good volume in the order of BLOCKS.
"""

from scanners.disk_images.container import DiskImageScanner
from scanners.model import Content, Family, FileType
from tests.fuzz.tree import KIT, examine_twice
from tests.scanners.disk_images.udf_images import BLOCK, LONG, Entry, udf_image

SCANNER = DiskImageScanner(KIT)
UDF = FileType("udf", "application/x-udf-image", Family.ARCHIVE)
BLOCKS = (302, 301, 340, 300, 102, 101, 256, 502)
"""A file, the root, its names, the set of files, the logical volume, its partition, the anchor, the
places of a file."""
VOLUME = udf_image(Entry("a.txt", b"x" * 600, chained=True), Entry("b", b"y" * 600, LONG))


def fuzz_one(data: bytes) -> None:
    image = bytearray(VOLUME)
    for index, block in enumerate(BLOCKS):
        piece = data[index * BLOCK : (index + 1) * BLOCK]
        image[block * BLOCK : block * BLOCK + len(piece)] = piece
    examine_twice(Content(memoryview(image).toreadonly(), file_type=UDF), SCANNER)
