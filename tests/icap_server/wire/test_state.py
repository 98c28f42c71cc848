"""The table of moves, each pair of state and step of it."""

from itertools import product

import pytest

from icap_server.wire.errors import ProtocolError
from icap_server.wire.state import MOVES, State, Step, advance

ALLOWED = {  # written down a second time, so that a slip in the table shows
    (State.IDLE, Step.HEAD): State.DONE,
    (State.IDLE, Step.HEAD_PREVIEW): State.PREVIEW,
    (State.IDLE, Step.HEAD_BODY): State.BODY,
    (State.PREVIEW, Step.PREVIEW_END): State.WAITING,
    (State.PREVIEW, Step.END): State.DONE,
    (State.WAITING, Step.CONTINUE): State.BODY,
    (State.WAITING, Step.NEXT): State.IDLE,
    (State.BODY, Step.END): State.DONE,
    (State.DONE, Step.NEXT): State.IDLE,
}
REFUSED = sorted(set(product(State, Step)) - set(ALLOWED), key=str)


@pytest.mark.parametrize("pair", ALLOWED, ids=lambda pair: f"{pair[0].name}-{pair[1].name}")
def test_what_the_table_allows(pair: tuple[State, Step]) -> None:
    assert advance(*pair) is ALLOWED[pair]


@pytest.mark.parametrize("pair", REFUSED, ids=lambda pair: f"{pair[0].name}-{pair[1].name}")
def test_everything_else_is_refused(pair: tuple[State, Step]) -> None:
    with pytest.raises(ProtocolError):
        advance(*pair)


def test_every_state_can_be_reached_and_left() -> None:
    reached = {target for moves in MOVES.values() for target in moves.values()}
    assert reached == set(State) == set(MOVES)
    assert all(MOVES.values())
