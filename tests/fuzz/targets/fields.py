"""Base64 in JSON, forms and any text, and uuencode: what precedes a planted program hides nothing.

Input: a byte that chooses the declared type, then the text.
"""

from binascii import b2a_base64
from urllib.parse import quote_from_bytes

from scanners.base64_fields import Base64Scanner
from scanners.form_fields import FORM
from scanners.model import Content
from scanners.uuencode import UuencodeScanner
from tests.fuzz.tree import PROGRAM, TYPES, examine_twice, require_program

SCANNERS = (UuencodeScanner(), Base64Scanner(TYPES.recognise))
TEXT = b2a_base64(PROGRAM, newline=False)
PLANTED = {  # declared type -> the program as that type would hold it, behind a line end
    "text/plain": b'\n"data:application/octet-stream;base64,' + TEXT + b'"\n',
    FORM: b"&file=" + quote_from_bytes(TEXT).encode() + b"&end=",
    "application/json": b'\n{"file": "' + TEXT + b'"}\n',
    "text/html": b'\n<a href="data:text/plain;base64,' + TEXT + b'">\n',
}


def fuzz_one(data: bytes) -> None:
    choice, text = data[0] if data else 0, data[1:]
    declared = [*PLANTED][choice % len(PLANTED)]
    examine_twice(Content(memoryview(text), declared_type=declared), *SCANNERS)
    planted = memoryview(text + PLANTED[declared])
    require_program(Content(planted, declared_type=declared), *SCANNERS)
