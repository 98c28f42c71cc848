"""BLAKE2sp: eight BLAKE2s lanes and a root over them (blake2.net, "tree hashing").

RAR 5 has it as an alternative to CRC-32.
"""

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import _blake2

LANES = 8
BLOCK = 64
_STRIDE = LANES * BLOCK
_PIECE = 2048 * _STRIDE
_SIZE = 32


def blake2sp(view: memoryview) -> bytes:
    """Return the 32 bytes of the digest."""
    lanes = [_node(offset=lane, depth=0, last=lane == LANES - 1) for lane in range(LANES)]
    for start in range(0, len(view), _PIECE):
        piece = view[start : start + _PIECE]
        for number, lane in enumerate(lanes):
            for at in range(number * BLOCK, len(piece), _STRIDE):
                lane.update(piece[at : at + BLOCK])
    root = _node(offset=0, depth=1, last=True)
    for lane in lanes:
        root.update(lane.digest())
    return root.digest()


def _node(*, offset: int, depth: int, last: bool) -> "_blake2.blake2s":
    return hashlib.blake2s(
        digest_size=_SIZE,
        fanout=LANES,
        depth=2,
        leaf_size=0,
        node_offset=offset,
        node_depth=depth,
        inner_size=_SIZE,
        last_node=last,
    )
