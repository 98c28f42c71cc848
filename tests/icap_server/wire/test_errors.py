"""The error of the wire carries the status to answer."""

from icap_server.wire.errors import ProtocolError


def test_the_status_is_400_unless_said_otherwise() -> None:
    assert ProtocolError("malformed").icap_status == 400
    assert ProtocolError("unknown method", 501).icap_status == 501


def test_the_message_is_for_the_log() -> None:
    assert str(ProtocolError("unknown method", 501)) == "unknown method"
