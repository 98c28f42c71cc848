"""Transfer ids: UUIDv7, in order of time."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from verdicts.model import new_transfer_id, utc_now

moments = st.integers(0, 2**47).map(lambda milliseconds: milliseconds / 1000)
noise = st.binary(min_size=10, max_size=10)


@given(moments, noise)
def test_id_is_a_uuid_of_version_7_that_tells_its_time(now: float, random: bytes) -> None:
    text = new_transfer_id(now, random)
    parsed = uuid.UUID(text)
    assert (parsed.version, parsed.variant, str(parsed)) == (7, uuid.RFC_4122, text)
    assert parsed.int >> 80 == int(now * 1000)


def test_ids_sort_by_time() -> None:
    ids = [new_transfer_id(now, b"\xff" * 10) for now in (1.0, 1.001, 2.0, 1e9)]
    assert ids == sorted(ids)


def test_ids_differ() -> None:
    assert len({new_transfer_id(1.0) for _ in range(1000)}) == 1000


def test_now_is_utc() -> None:
    offset = utc_now().utcoffset()
    assert offset is not None
    assert offset.total_seconds() == 0
