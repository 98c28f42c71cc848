"""Refusals that are told once, by a clock that the test moves."""

from api.denials import PAUSE_SECONDS, Denials


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_told_once_in_a_while() -> None:
    clock = Clock()
    denials = Denials(clock)
    assert denials.is_new("ann", "GET /x")
    assert not denials.is_new("ann", "GET /x")
    assert denials.is_new("ann", "GET /y")
    assert denials.is_new("bob", "GET /x")
    clock.now += PAUSE_SECONDS
    assert denials.is_new("ann", "GET /x")


def test_rows_are_few_however_many_ask() -> None:
    clock = Clock()
    denials = Denials(clock, most=3)
    for half in (1, 2):
        assert [denials.is_new(f"{half}.{number}", "") for number in range(5)].count(True) == 3
        clock.now += PAUSE_SECONDS / 2
        assert not denials.is_new("other", "")
        clock.now += PAUSE_SECONDS / 2
    assert denials.is_new("1.0", "")
    assert len(denials._noted) == 1
