"""What leaves of a spool that is still being written: never more than its trickle allows."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from icap_server.drip import Drip
from verdicts.spool import READ_SIZE, Spool, SpoolSpace
from verdicts.trickle import MIN_HELD, Trickle

TERMS = Trickle("a", after_seconds=10, every_seconds=5, step_bytes=1024, most=0.5)


@pytest.fixture
def space(tmp_path: Path) -> SpoolSpace:
    return SpoolSpace(tmp_path, 100_000, 2**30, 2**30)


def test_piece_by_piece(space: SpoolSpace) -> None:
    spool = Spool(space)
    drip = Drip(TERMS, spool)
    assert drip.take(100) == b"", "the clock begins now"
    spool.write(memoryview(b"x" * MIN_HELD))
    assert drip.take(110) == b""
    spool.write(memoryview(b"y" * 5000))
    assert drip.take(110) == b"x" * 1024
    assert drip.take(110) == b""
    assert drip.take(114.9) == b""
    assert drip.take(121) == b"x" * 2048
    assert drip.stop()
    assert drip.take(1000) == b""
    assert drip.sent == 3072
    spool.close()


def test_nothing_has_left(space: SpoolSpace) -> None:
    drip = Drip(TERMS, Spool(space))
    drip.take(0)
    assert not drip.stop()


def test_a_large_step_leaves_in_pieces(space: SpoolSpace) -> None:
    spool = Spool(space)
    drip = Drip(Trickle("a", step_bytes=2**20, most=0.5), spool)
    spool.write(memoryview(bytes(2**20)))
    drip.take(0)
    assert len(drip.take(10)) == READ_SIZE
    spool.close()
    assert drip.take(20) == b"", "a spool that is given up has nothing left"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.builds(
        Trickle,
        st.just("a"),
        after_seconds=st.floats(1, 20),
        every_seconds=st.floats(1, 20),
        step_bytes=st.integers(1, 50_000),
        most=st.floats(0.01, 0.5),
        hold_back=st.integers(MIN_HELD, 100_000),
    ),
    st.lists(st.tuples(st.integers(0, 90_000), st.floats(0, 30)), max_size=12),
)
def test_never_more_than_allowed_and_in_order(
    space: SpoolSpace, terms: Trickle, steps: list[tuple[int, float]]
) -> None:
    """In memory, in a memfd or in a file: what left is the beginning of what came."""
    spool, drip = Spool(space), Drip(terms, Spool(space))
    drip = Drip(terms, spool)
    now, left, came = 0.0, b"", b""
    drip.take(now)
    for count, seconds in steps:
        data = bytes((len(came) + at) % 251 for at in range(count))
        spool.write(memoryview(data))
        came += data
        now += seconds
        left += drip.take(now)
        assert came.startswith(left)
        assert len(left) <= terms.allowance(len(came), now)
        assert len(left) <= len(came) / 2
    spool.close()
