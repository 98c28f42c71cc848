"""Frames: cuts do not matter, nonsense is refused, memory is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts.ledger.frames import PAYLOAD_BYTES, BadFrame, FrameReader, Kind, pack, split_ids

frames = st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=300)), max_size=8)
cuts = st.lists(st.integers(0, 2000)).map(sorted)


@given(frames, cuts)
def test_cuts_do_not_matter(expected: list[tuple[Kind, bytes]], at: list[int]) -> None:
    stream = b"".join(pack(kind, payload) for kind, payload in expected)
    reader = FrameReader()
    pieces = [stream[i:j] for i, j in zip([0, *at], [*at, None])]
    assert [frame for piece in pieces for frame in reader.feed(piece)] == expected


@given(st.binary(max_size=100))
def test_garbage_is_refused_or_incomplete(data: bytes) -> None:
    try:
        got = list(FrameReader().feed(data))
    except BadFrame:
        return
    assert sum(5 + len(payload) for _, payload in got) <= len(data)


@pytest.mark.parametrize(
    "data", [b"\xff\xff\xff\xff\x01", (PAYLOAD_BYTES + 1).to_bytes(4, "big") + b"\x01", b"\0" * 5]
)
def test_refused_from_the_head_alone(data: bytes) -> None:
    with pytest.raises(BadFrame):
        list(FrameReader().feed(data))


def test_largest_payload_passes() -> None:
    payload = bytes(PAYLOAD_BYTES)
    assert list(FrameReader().feed(pack(Kind.RECORD, payload))) == [(Kind.RECORD, payload)]


def test_what_came_before_the_nonsense_is_taken() -> None:
    frames = FrameReader().feed(pack(Kind.STATUS, b"y") + b"\0" * 5)
    assert next(frames) == (Kind.STATUS, b"y")
    with pytest.raises(BadFrame):
        next(frames)


def test_ids() -> None:
    assert list(split_ids(b"a" * 16 + b"b" * 16)) == [b"a" * 16, b"b" * 16]
    with pytest.raises(BadFrame):
        list(split_ids(b"a" * 17))
