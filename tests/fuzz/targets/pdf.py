"""PDF: read within the budget, and a file attached in a later revision is found.

Input: what stands behind the first line.
"""

import zlib

from scanners.documents.pdf import PdfScanner
from scanners.model import Content
from tests.fuzz.tree import KIT, PROGRAM, examine_twice, require_program

SCANNER = PdfScanner(KIT)
HEAD = b"%PDF-1.7\n"
PACKED = zlib.compress(PROGRAM)
REVISION = (
    b"\n99999 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n%b\n"
    b"endstream\nendobj\n"
) % (len(PACKED), PACKED)


def fuzz_one(data: bytes) -> None:
    examine_twice(Content(memoryview(HEAD + data)), SCANNER)
    require_program(Content(memoryview(HEAD + data + REVISION)), SCANNER)
