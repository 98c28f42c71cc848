"""Compiled help: its directory is read within bounds, and a broken one ends in a gap.

Input: what stands behind the first header: the directory, and what is stored.
"""

import struct

from scanners.documents.chm import ChmScanner
from scanners.model import Content, Family, FileType
from tests.fuzz.tree import KIT, examine_twice

SCANNER = ChmScanner(KIT)
CHM = FileType("chm", "application/vnd.ms-htmlhelp", Family.PROGRAM)
DIRECTORY = 0x60
CONTENT = DIRECTORY + 1024
HEAD = struct.pack("<4sIIIII32s", b"ITSF", 3, DIRECTORY, 1, 0, 0x409, bytes(32)) + struct.pack(
    "<QQQQQ", DIRECTORY, 0, DIRECTORY, CONTENT - DIRECTORY, CONTENT
)


def fuzz_one(data: bytes) -> None:
    found = examine_twice(Content(memoryview(HEAD + data), name="a.chm", file_type=CHM), SCANNER)
    assert sum(len(part.view) for part in found.extracted) <= 64 * (len(HEAD) + len(data))
