"""How long a session waits: every wait ends, and drops of progress do not move the last end."""

import pytest

from icap_server.deadlines import DRAIN_SECONDS, LINGER_SECONDS, Deadlines
from icap_server.settings import IcapSettings

SETTINGS = IcapSettings(head_seconds=30, idle_seconds=300, progress_seconds=60, receive_seconds=600)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def deadlines(clock: Clock) -> Deadlines:
    return Deadlines(SETTINGS, clock)


def seconds_left(deadlines: Deadlines, clock: Clock) -> int:
    return next(s for s in range(10_000) if deadlines.passed(clock.now + s))


def test_between_requests(deadlines: Deadlines, clock: Clock) -> None:
    deadlines.await_request()
    assert seconds_left(deadlines, clock) == 300


def test_a_head_does_not_start_anew_with_each_drop(deadlines: Deadlines, clock: Clock) -> None:
    deadlines.await_request()
    clock.now += 299
    deadlines.await_head()
    assert seconds_left(deadlines, clock) == 30, "not the second that was left of the idle time"
    clock.now += 29
    deadlines.await_head()
    assert seconds_left(deadlines, clock) == 1


def test_the_next_head_starts_anew(deadlines: Deadlines, clock: Clock) -> None:
    deadlines.await_head()
    clock.now += 29
    deadlines.begin_body()
    clock.now += 1000
    deadlines.await_reader()
    deadlines.await_head()
    assert seconds_left(deadlines, clock) == 30


def test_a_body_has_to_make_progress(deadlines: Deadlines, clock: Clock) -> None:
    deadlines.await_head()
    deadlines.begin_body()
    for _ in range(5):
        deadlines.await_body()
        assert seconds_left(deadlines, clock) == 60
        clock.now += 59


def test_progress_is_not_enough_for_ever(deadlines: Deadlines, clock: Clock) -> None:
    deadlines.begin_body()
    clock.now += 590
    deadlines.await_body()
    assert seconds_left(deadlines, clock) == 10
    assert not deadlines.ended(clock.now + 9)
    assert deadlines.ended(clock.now + 10)


def test_a_client_that_reads_nothing(deadlines: Deadlines, clock: Clock) -> None:
    deadlines.begin_body()
    clock.now += 599
    deadlines.await_reader()
    assert seconds_left(deadlines, clock) == 60


def test_the_last_reply_is_waited_for_twice(deadlines: Deadlines, clock: Clock) -> None:
    """Shortly if it is read, longer if some of it still lies here."""
    deadlines.await_close()
    assert seconds_left(deadlines, clock) == LINGER_SECONDS
    assert not deadlines.ended(clock.now + 59)
    assert deadlines.ended(clock.now + 60)


def test_the_rest_of_a_body_that_nobody_needs(deadlines: Deadlines, clock: Clock) -> None:
    deadlines.begin_body()
    deadlines.await_rest()
    assert seconds_left(deadlines, clock) == DRAIN_SECONDS
    clock.now += 599
    deadlines.await_rest()
    assert seconds_left(deadlines, clock) == 1


def test_a_reply_that_is_read_slowly(deadlines: Deadlines, clock: Clock) -> None:
    """It goes on as long as there is progress, but is the first to go when others are in need."""
    deadlines.begin_reply()
    assert seconds_left(deadlines, clock) == 60
    clock.now += 50
    deadlines.await_reader()
    assert seconds_left(deadlines, clock) == 60
    assert not deadlines.reader_is_slow(clock.now + 10)
    assert deadlines.reader_is_slow(clock.now + 11)
