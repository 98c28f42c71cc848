"""Records of PowerPoint: storages are found at any depth, packed or not."""

import struct
import zlib
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from samples import office_parts as o
from scanners.budget import Budget
from scanners.ole.powerpoint import packed_storages

MakeBudget = Callable[..., Budget]


def found(stream: bytes, budget: Budget) -> list[tuple[bytes, bool]]:
    return [(bytes(view), packed) for view, packed in packed_storages(memoryview(stream), budget)]


def test_storages(new_budget: MakeBudget) -> None:
    ((packed, compressed),) = found(o.presentation(b"storage"), new_budget())
    assert compressed
    assert zlib.decompress(packed) == b"storage"
    plain = o.presentation(b"storage", compressed=False)
    assert found(plain, new_budget()) == [(b"storage", False)]


def test_in_containers_within_containers_and_behind_others(new_budget: MakeBudget) -> None:
    inner = o.presentation(b"s", compressed=False).rstrip(b"\0")
    stream = struct.pack("<HHI", 0, 4000, 5) + b"other"
    stream += struct.pack("<HHI", 0xF, 1000, len(inner)) + inner
    assert found(stream, new_budget()) == [(b"s", False)]


@given(st.binary(max_size=300))
def test_noise_yields_no_more_than_there_is(noise: bytes) -> None:
    storages = found(noise, Budget(1e12, 1000, 10, 4))
    assert sum(len(view) for view, _ in storages) <= len(noise)
