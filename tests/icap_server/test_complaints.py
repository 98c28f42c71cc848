"""Strangers cannot fill the log."""

import pytest
from structlog.testing import capture_logs

from icap_server.complaints import MAX_LINES, PAUSE_SECONDS, Complaints


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def complaints(clock: Clock) -> Complaints:
    return Complaints(clock)


def test_the_same_line_once_and_the_others_counted(complaints: Complaints, clock: Clock) -> None:
    with capture_logs() as lines:
        for _ in range(1000):
            complaints.say("request.refused", client="ann", reason="why")
        complaints.say("request.refused", client="bob")
        complaints.say("request.refused", client="ann", reason="another")
        complaints.say("overload.refused", client="ann")
        clock.now += PAUSE_SECONDS - 1
        complaints.say("request.refused", client="bob")
        clock.now += 1
        complaints.say("request.refused", client="ann", reason="again")
        complaints.say("request.refused", client="bob")
    assert [(line["event"], line["client"], line["left_out"]) for line in lines] == [
        ("request.refused", "ann", 0),
        ("request.refused", "bob", 999),
        ("request.refused", "ann", 0),
        ("overload.refused", "ann", 0),
        ("request.refused", "ann", 1),
        ("request.refused", "bob", 0),
    ]
    assert lines[0]["reason"] == "why"


def test_a_crowd_gets_few_lines(complaints: Complaints, clock: Clock) -> None:
    with capture_logs() as lines:
        for number in range(1000):
            complaints.say("access.refused", client=f"192.0.2.{number}")
        clock.now += PAUSE_SECONDS
        complaints.say("access.refused", client="later")
    assert len(lines) == MAX_LINES + 1
    assert lines[-1]["left_out"] == 1000 - MAX_LINES
