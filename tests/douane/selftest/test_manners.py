"""Requests as real clients send them: the service's own wire reads every one."""

import pytest

from douane.selftest.manners import MANNERS, Manner, ask
from douane.selftest.specimens import Sample, samples
from icap_server.wire.connection import ServerConnection
from icap_server.wire.events import BodyData, PreviewEnd, RequestHead

SAMPLES = samples()


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.profile)
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
@pytest.mark.parametrize("previews", [True, False])
def test_the_wire_reads_them(manner: Manner, sample: Sample, previews: bool) -> None:
    question = ask(manner, sample, host="h:1344", service="avscan", previews=previews)
    connection = ServerConnection()
    events = connection.receive(question.opening)
    head = events[0]
    assert isinstance(head, RequestHead)
    assert (head.method, head.query) == (manner.method, f"profile={manner.profile}")
    body = b"".join(event.data for event in events if isinstance(event, BodyData))
    if question.rest is not None:
        assert previews
        assert events[-1] == PreviewEnd(complete=False)
        connection.send_continue()
        more = connection.receive(question.rest)
        body += b"".join(event.data for event in more if isinstance(event, BodyData))
    assert body == sample.data
    assert not connection.mid_request
    if not previews:
        assert head.preview is None


def test_squid_allows_nothing_for_what_it_cannot_repeat() -> None:
    (squid,) = (manner for manner in MANNERS if manner.profile == "squid")
    large, small = SAMPLES[1], SAMPLES[0]
    host, service = "h", "respmod"
    assert b"\r\nAllow" not in ask(squid, large, host=host, service=service, previews=True).opening
    assert b"\r\nAllow" in ask(squid, small, host=host, service=service, previews=True).opening
