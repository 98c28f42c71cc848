"""RTF: objects are read within the budget, and one behind hostile text is found.

Input: what stands behind the first word.
"""

from scanners.documents.rtf import RtfScanner
from scanners.model import Content
from tests.fuzz.tree import KIT, PROGRAM, examine_twice, require_program

SCANNER = RtfScanner(KIT)
HEAD = b"{\\rtf1"
OBJECT = b"}}}{\\object{\\*\\objdata " + PROGRAM.hex().encode() + b"}}"


def fuzz_one(data: bytes) -> None:
    examine_twice(Content(memoryview(HEAD + data)), SCANNER)
    if b"\\bin" not in data and b"objdata" not in data and not data.endswith(b"\\"):
        require_program(Content(memoryview(HEAD + data + OBJECT)), SCANNER)
