"""Seats: the share of a client, the limit of the service, and the cost of refusing."""

import os
from collections.abc import Iterator

import pytest

from icap_server.admission import REFUSED_AT_ONCE, Admission, Seat
from icap_server.client import Client
from icap_server.settings import IcapSettings
from icap_server.tally import Tally

ANN, BOB = Client("192.0.2.1"), Client("192.0.2.2")


@pytest.fixture
def tally() -> Iterator[Tally]:
    descriptor = Tally.create(1)
    yield Tally(descriptor)
    os.close(descriptor)


@pytest.mark.parametrize(
    "limit, share, announced", [(1000, 0.9, 900), (10, 0.25, 2), (1, 0.9, 1), (5, 1, 5)]
)
def test_a_client_may_open_what_is_announced(
    tally: Tally, limit: int, share: float, announced: int
) -> None:
    admission = Admission(IcapSettings(max_connections=limit, client_share=share), tally)
    assert admission.share == announced
    seats = [admission.enter(ANN) for _ in range(announced + 1)]
    assert seats == [Seat.TAKEN] * announced + [Seat.NONE]


def test_all_clients_together_have_no_more_than_there_is(tally: Tally) -> None:
    admission = Admission(IcapSettings(max_connections=4, client_share=0.75), tally)
    seats = [admission.enter(client) for client in (ANN, ANN, ANN, ANN, BOB, BOB)]
    assert seats == [Seat.TAKEN] * 3 + [Seat.NONE] + [Seat.TAKEN] + [Seat.NONE]
    admission.leave(ANN, Seat.TAKEN)
    assert admission.enter(BOB) is Seat.TAKEN


def test_a_flood_is_not_answered(tally: Tally) -> None:
    admission = Admission(IcapSettings(max_connections=1), tally)
    assert admission.enter(ANN) is Seat.TAKEN
    assert {admission.enter(ANN) for _ in range(REFUSED_AT_ONCE)} == {Seat.NONE}
    assert admission.enter(BOB) is Seat.SILENT
    admission.leave(BOB, Seat.SILENT)
    assert admission.enter(BOB) is Seat.SILENT, "nothing was counted, nothing comes free"
    admission.leave(ANN, Seat.NONE)
    assert admission.enter(BOB) is Seat.NONE
    admission.leave(ANN, Seat.TAKEN)
    assert admission.enter(BOB) is Seat.TAKEN
