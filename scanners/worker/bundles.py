"""Many small members as one file: a tar, which clamd takes apart and scans member by member.

One message carries few descriptors, and a JSON document may hold hundreds of small pictures.
clamd looks at a tar's members as at files of their own (hashes, offsets; measured, 1.4).
"""

from collections.abc import Sequence
from itertools import takewhile

from scanners.model import Extracted

LARGEST = 1024 * 1024
"""Bytes of a member in a bundle; larger ones go alone."""
BUNDLE_BYTES = 32 * 1024 * 1024
BLOCK = 512


def bundle(extracted: Sequence[Extracted], most: int) -> tuple[Extracted, ...]:
    """Return the children, the smallest of them as one if there are more than `most` > 0.

    Wrappers stay as they are, and count for nothing.  What is too large for the bundle stays, too.
    """
    leaves = sorted(
        (child for child in extracted if not child.wrapper), key=lambda child: child.view.nbytes
    )
    if len(leaves) <= most:
        return tuple(extracted)
    small: list[Extracted] = []
    room = BUNDLE_BYTES
    for child in leaves[: len(leaves) - most + 1]:
        room -= child.view.nbytes + 2 * BLOCK
        if child.view.nbytes > LARGEST or room < 0:
            break
        small.append(child)
    together = {id(child) for child in small}
    rest = (child for child in extracted if id(child) not in together)
    return (*rest, _joined(small)) if len(small) > 1 else tuple(extracted)


def _joined(small: Sequence[Extracted]) -> Extracted:
    data = bytearray()
    for number, child in enumerate(small):
        size = child.view.nbytes
        data += _header(number, size)
        data += child.view.cast("B")
        data += bytes(-size % BLOCK)
    data += bytes(2 * BLOCK)
    levels = zip(*(child.path[:-1] for child in small), strict=False)
    around = [names[0] for names in takewhile(lambda names: len(set(names)) == 1, levels)]
    return Extracted(memoryview(data).toreadonly(), (*around, f"{len(small)} small members"))


def _header(number: int, size: int) -> bytes:
    """Return a header block (POSIX.1-1988, ustar)."""
    head = bytearray(BLOCK)
    head[0:8] = b"%08d" % number
    head[100:108] = b"0000600\0"
    head[108:124] = b"0000000\0" * 2
    head[124:148] = b"%011o\0" % size + b"0" * 11 + b"\0"
    head[148:156] = b" " * 8
    head[156:157] = b"0"
    head[257:265] = b"ustar\x0000"
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)
