"""Strangers cannot fill the log."""

from structlog.testing import capture_logs

from icap_server.complaints import PAUSE_SECONDS, Complaints


def test_one_line_of_a_kind_and_the_rest_counted() -> None:
    now = 0.0
    complaints = Complaints(lambda: now)
    with capture_logs() as lines:
        for number in range(1000):
            complaints.say("access.refused", client=f"192.0.2.{number}")
        complaints.say("overload.refused")
        now = PAUSE_SECONDS
        complaints.say("access.refused", client="last")
        now = 2 * PAUSE_SECONDS
        complaints.say("access.refused", client="later")
    assert [(line["event"], line.get("client"), line["left_out"]) for line in lines] == [
        ("access.refused", "192.0.2.0", 0),
        ("overload.refused", None, 0),
        ("access.refused", "last", 999),
        ("access.refused", "later", 0),
    ]
