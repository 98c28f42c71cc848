"""What is known of a client at first."""

from icap_server.client import NOBODY, Client


def test_nobody_has_no_address() -> None:
    assert not NOBODY.address


def test_a_client_is_plain_and_nameless_unless_tls_says_otherwise() -> None:
    client = Client("192.0.2.7")
    assert (client.secure, client.subject) == (False, "")
