"""BLAKE2sp, held against published digests and against its own definition for short inputs."""

import hashlib

import pytest

from scanners.rar.blake2sp import BLOCK, LANES, blake2sp

EMPTY = "dd0e891776933f43c7d032b08a917e25741f8aa9a12c12e1cac8801500f2ca4f"
"""Of no bytes, as RAR writes it for empty files."""


def test_of_nothing() -> None:
    assert blake2sp(memoryview(b"")).hex() == EMPTY


@pytest.mark.parametrize("size", [1, 63, 64, 65, 511, 512, 513, 5000, 2048 * 512 + 7])
def test_lanes_take_turns(size: int) -> None:
    """Every lane gets every eighth block."""
    data = hashlib.shake_128(b"x").digest(size)
    lanes = [b""] * LANES
    for number, at in enumerate(range(0, size, BLOCK)):
        lanes[number % LANES] += data[at : at + BLOCK]
    tree = {"digest_size": 32, "fanout": 8, "depth": 2, "leaf_size": 0, "inner_size": 32}
    digests = b"".join(
        hashlib.blake2s(lane, node_offset=n, node_depth=0, last_node=n == 7, **tree).digest()  # type: ignore[arg-type]
        for n, lane in enumerate(lanes)
    )
    root = hashlib.blake2s(digests, node_offset=0, node_depth=1, last_node=True, **tree)  # type: ignore[arg-type]
    assert blake2sp(memoryview(data)) == root.digest()
