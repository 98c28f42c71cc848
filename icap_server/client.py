"""Who is at the other end of a connection: the proxy, not the person behind it."""

from dataclasses import dataclass


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
