"""Who connects: nobody is known by nothing."""

from icap_server.client import NOBODY, Client


def test_nobody_is_known_by_nothing() -> None:
    assert Client("") == NOBODY
    assert not NOBODY.secure
    assert not NOBODY.subject
