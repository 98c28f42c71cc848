"""Who is at the other end of a connection: the proxy, not the person behind it."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True, slots=True)
class Client:
    """What is known of a client before it says a word."""

    address: str
    """IP address in canonical form, an IPv4 one never mapped into IPv6; empty if there is none."""
    secure: bool = False
    """The connection is TLS."""
    subject: str = ""
    """Common name of the certificate it showed, checked against our authority; empty if none."""


NOBODY = Client("")
"""Tests and connections whose peer is already gone."""


@lru_cache(maxsize=4096)
def canonical_address(text: str) -> str:
    """Return an address as the kernel states it, without scope and unmapped; empty if it is none.

    A socket that takes both families shows an IPv4 client as ::ffff:192.0.2.7.
    """
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)
