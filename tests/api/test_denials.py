"""Refusals that are told once, by a clock that the test moves."""

from api.denials import KINDS, PAUSE_SECONDS, Denials


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


def test_memory_is_bounded() -> None:
    denials = Denials(Clock())
    for number in range(KINDS + 5):
        assert denials.is_new(str(number), "")
    assert len(denials._noted) == KINDS
    assert denials.is_new("0", "")
    assert not denials.is_new(str(KINDS), "")
