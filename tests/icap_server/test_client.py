"""Who connects: the address in one form, whatever kind of socket it came by."""

import pytest

from icap_server.client import NOBODY, Client, canonical_address

FORMS = [
    ("192.0.2.7", "192.0.2.7"),
    ("::ffff:192.0.2.7", "192.0.2.7"),
    ("2001:DB8:0::1", "2001:db8::1"),
    ("fe80::1%eth0", "fe80::1"),
    ("::1", "::1"),
    ("", ""),
    ("proxy.example", ""),
    ("192.0.2.256", ""),
]


@pytest.mark.parametrize("text, canonical", FORMS)
def test_canonical_form(text: str, canonical: str) -> None:
    assert canonical_address(text) == canonical


def test_nobody_is_known_by_nothing() -> None:
    assert Client("") == NOBODY
    assert not NOBODY.secure
    assert not NOBODY.subject
