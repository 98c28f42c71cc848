"""Events are records: nobody changes them on the way."""

from dataclasses import FrozenInstanceError

import pytest

from icap_server.wire.events import BodyData, BodyEnd, Event, PreviewEnd, RequestHead

HEAD = RequestHead("OPTIONS", "respmod", {}, b"", b"", False, None, False, False, False)


@pytest.mark.parametrize(
    "event, name",
    [(HEAD, "service"), (BodyData(memoryview(b"x")), "data"), (PreviewEnd(True), "complete")],
)
def test_an_event_cannot_be_changed(event: Event, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(event, name, None)


def test_events_are_compared_by_value() -> None:
    assert BodyEnd() == BodyEnd()
    assert PreviewEnd(True) != PreviewEnd(False)
