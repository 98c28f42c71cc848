"""OneNote: read within the budget, and a file attached behind hostile bytes is found.

Input: what stands behind the mark of a section.
"""

import struct

from scanners.documents.onenote import FILE_DATA, OneNoteScanner
from scanners.model import Content
from tests.fuzz.tree import KIT, PROGRAM, examine_twice, require_program

SCANNER = OneNoteScanner(KIT)
HEAD = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
FILE = FILE_DATA + struct.pack("<QIQ", len(PROGRAM), 0, 0) + PROGRAM


def fuzz_one(data: bytes) -> None:
    examine_twice(Content(memoryview(HEAD + data)), SCANNER)
    require_program(Content(memoryview(HEAD + data + FILE)), SCANNER)
