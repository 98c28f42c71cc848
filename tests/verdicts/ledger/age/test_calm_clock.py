"""A clock that jumps ahead deletes nothing; one that stays there was put right."""

from structlog.testing import capture_logs

from verdicts.ledger.age.calm_clock import DOUBT_SECONDS, JUMP_SECONDS, CalmClock

SECOND = 1_000_000
YEAR = 366 * 86_400


class Clocks:
    """That of the machine, and the one on its wall, which may be wrong."""

    def __init__(self) -> None:
        self.passed = 0
        self.wrong = 0
        self.calm = CalmClock(
            lambda: (1000 + self.passed + self.wrong) * SECOND, lambda: float(self.passed)
        )

    def told(self) -> int:
        """Return how many seconds it says more than are right."""
        return self.calm.now() // SECOND - 1000 - self.passed


def test_believed_while_it_goes_on_and_back() -> None:
    clocks = Clocks()
    for passed, wrong in ((0, 0), (50, 0), (60, JUMP_SECONDS - 1), (70, 5), (80, -YEAR)):
        clocks.passed, clocks.wrong = passed, wrong
        assert clocks.told() == wrong


def test_not_believed_when_it_jumps_ahead() -> None:
    clocks = Clocks()
    clocks.wrong = YEAR
    with capture_logs() as lines:
        for clocks.passed in (10, 20, DOUBT_SECONDS - 1):
            assert clocks.told() == 0
    assert [(line["event"], line["seconds"]) for line in lines] == [("ledger.clock_jumped", YEAR)]
    clocks.wrong = 3
    assert clocks.told() == 3


def test_believed_when_it_stays_there() -> None:
    clocks = Clocks()
    clocks.wrong = YEAR
    assert clocks.told() == 0
    clocks.passed = DOUBT_SECONDS
    assert [clocks.told(), clocks.told()] == [YEAR, YEAR]


def test_of_the_machine() -> None:
    clock = CalmClock()
    assert 0 <= clock.now() - clock.now() + SECOND <= SECOND
