"""Connections counted over all fronts: in all, for each client, and however a front ends."""

import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing import get_context

import pytest

from icap_server import tally as module
from icap_server.settings import MOST_FRONTS
from icap_server.tally import Tally

ANN, BOB = "192.0.2.1", "2001:db8::2"
FORK = get_context("fork")


@pytest.fixture
def create() -> Iterator[Callable[[int], int]]:
    descriptors: list[int] = []

    def create(fronts: int) -> int:
        descriptors.append(Tally.create(fronts))
        return descriptors[-1]

    yield create
    for descriptor in descriptors:
        os.close(descriptor)


def test_one_more_than_the_limit_does_not_enter(create: Callable[[int], int]) -> None:
    descriptor = create(2)
    fronts = Tally(descriptor, 0), Tally(descriptor, 1)
    entered = [fronts[number % 2].enter(f"192.0.2.{number}", 5, 5) for number in range(7)]
    assert entered == [True] * 5 + [False] * 2
    assert fronts[0].total == fronts[1].total == 5
    fronts[0].leave("192.0.2.0")
    assert fronts[1].enter(ANN, 5, 5)
    assert not fronts[0].enter(ANN, 5, 5)


def test_a_client_has_its_share_over_all_fronts(create: Callable[[int], int]) -> None:
    descriptor = create(3)
    fronts = [Tally(descriptor, index) for index in range(3)]
    assert [front.enter(ANN, 100, 2) for front in fronts] == [True, True, False]
    assert fronts[2].held(ANN) == 2
    assert fronts[2].enter(BOB, 100, 2), "others do not suffer"
    fronts[0].leave(ANN)
    assert fronts[2].enter(ANN, 100, 2)
    assert [front.total for front in fronts] == [3, 3, 3]


def test_a_front_that_starts_again_has_no_connections(create: Callable[[int], int]) -> None:
    descriptor = create(2)
    first, second = Tally(descriptor, 0), Tally(descriptor, 1)
    for front in (first, second):
        assert front.enter(ANN, 10, 10)
    Tally(descriptor, 0)
    assert (second.total, second.held(ANN)) == (1, 1)


def test_two_clients_in_one_cell_share_it_and_nobody_is_lost(
    create: Callable[[int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A collision makes a limit stricter for two clients, never laxer, and counts stay right."""
    monkeypatch.setattr(module.Tally, "_cell", lambda self, address: 7)
    front = Tally(create(1))
    assert front.enter(ANN, 10, 2)
    assert front.enter(BOB, 10, 2)
    assert not front.enter(ANN, 10, 2)
    front.leave(BOB)
    assert front.enter(ANN, 10, 2)
    front.leave(ANN)
    front.leave(ANN)
    assert front.total == front.held(ANN) == 0


def test_cells_cannot_be_guessed(create: Callable[[int], int]) -> None:
    first, second = Tally(create(1)), Tally(create(1))
    cells = [(first._cell(f"{n}"), second._cell(f"{n}")) for n in range(100)]
    assert sum(one == other for one, other in cells) < 10


@pytest.mark.parametrize("fronts", [0, MOST_FRONTS + 1])
def test_number_of_fronts_is_bounded(fronts: int) -> None:
    with pytest.raises(ValueError, match="fronts"):
        Tally.create(fronts)


def test_the_last_front_has_a_place(create: Callable[[int], int]) -> None:
    front = Tally(create(MOST_FRONTS), MOST_FRONTS - 1)
    assert front.enter(ANN, 1, 1)
    assert (front.total, front.held(ANN)) == (1, 1)


def crowd(descriptor: int, front: int, told: int) -> None:
    tally = Tally(descriptor, front)
    os.read(told, 1)
    count = sum(tally.enter(f"192.0.2.{number % 9}", 1000, 900) for number in range(2000))
    os._exit(0 if count == tally._totals[front] else 1)


def test_fronts_that_count_at_the_same_time_never_exceed_the_limit(
    create: Callable[[int], int],
) -> None:
    descriptor = create(4)
    told, tell = os.pipe()
    fronts = [FORK.Process(target=crowd, args=(descriptor, index, told)) for index in range(4)]
    for front in fronts:
        front.start()
    os.write(tell, b"gogo")
    for front in fronts:
        front.join()
        assert front.exitcode == 0
    totals = memoryview(os.pread(descriptor, 4 * MOST_FRONTS, module.TOTALS)).cast("I")
    assert sum(totals) == 1000
    os.close(told)
    os.close(tell)


def hold(descriptor: int, ready: int) -> None:
    tally = Tally(descriptor, 1)
    with tally._alone():
        os.write(ready, b"!")
        signal.pause()


def test_a_front_killed_while_it_counts_blocks_nobody(create: Callable[[int], int]) -> None:
    descriptor = create(2)
    reader, writer = os.pipe()
    other = FORK.Process(target=hold, args=(descriptor, writer))
    other.start()
    assert os.read(reader, 1) == b"!"
    other.kill()
    other.join()
    assert Tally(descriptor, 0).enter(ANN, 1, 1)
    os.close(reader)
    os.close(writer)
