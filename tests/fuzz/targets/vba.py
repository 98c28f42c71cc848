"""VBA: what was compressed comes out, what was not is bounded, and any source can be judged.

Input: a compressed container; taken as a source as well.
"""

from contextlib import suppress

from samples.vba import compressed
from scanners.documents.macros import doings
from scanners.errors import ContentMalformed
from scanners.ole.vba_compression import CHUNK, ovba

AUTO = "Sub AutoOpen()\nEnd Sub\n"
CALL = '\nSub Planted()\nShell "calc"\nEnd Sub\n'


def fuzz_one(data: bytes) -> None:
    out = b"".join(_pieces(data))
    assert len(out) <= CHUNK * (len(data) // 3 + 1)
    padded = len(data) - len(data) % CHUNK + CHUNK  # of a chunk that copies nothing
    plain = b"".join(ovba(memoryview(compressed(data))))
    assert plain[: len(data)] == data
    assert len(plain) <= padded
    source = data.decode("latin-1")
    first, second = doings([source]), doings([source])
    assert first == second
    found = doings([source, AUTO, CALL])
    assert found.suspicious, "another module hides a call"


def _pieces(data: bytes) -> list[bytes]:
    pieces: list[bytes] = []
    with suppress(ContentMalformed):
        pieces.extend(ovba(memoryview(data)))
    return pieces
