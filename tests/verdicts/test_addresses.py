"""Addresses: one form, whoever writes them; networks, or an error that says which one is none."""

import pytest

from verdicts.addresses import canonical_address, lies_in, parse_networks

FORMS = [
    ("192.0.2.7", "192.0.2.7"),
    ("::ffff:192.0.2.7", "192.0.2.7"),
    ("2001:DB8:0::1", "2001:db8::1"),
    ("[2001:db8::1]", "2001:db8::1"),
    ("fe80::1%eth0", "fe80::1"),
    ("::1", "::1"),
    ("", ""),
    ("proxy.example", ""),
    ("192.0.2.256", ""),
]


@pytest.mark.parametrize("text, canonical", FORMS)
def test_canonical_form(text: str, canonical: str) -> None:
    assert canonical_address(text) == canonical


@pytest.mark.parametrize(
    "address, inside",
    [("10.1.2.3", True), ("2001:db8::7", True), ("10.2.0.0", False), ("", False), ("x", False)],
)
def test_an_address_lies_in_a_network_or_nowhere(address: str, inside: bool) -> None:
    assert lies_in(address, parse_networks(["10.1.0.0/16", "2001:db8::/64"])) is inside


@pytest.mark.parametrize("text", ["proxy.example", "10.1.2.3/16", "10.0.0.0/33", ""])
def test_what_is_no_network_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="takes addresses and networks"):
        parse_networks([text])
