"""IP addresses and networks as settings, policy and peers write them: one reading for all."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Networks = tuple[IPv4Network | IPv6Network, ...]
KNOWN_ADDRESSES = 4096
"""Readings remembered: clients are few and come often."""


@lru_cache(maxsize=KNOWN_ADDRESSES)
def canonical_address(text: str) -> str:
    """Return an address as the kernel states it, without scope and unmapped; empty if it is none.

    A socket that takes both families shows an IPv4 client as ::ffff:192.0.2.7; URLs write an
    IPv6 one in brackets.
    """
    address = _address(text.strip("[]").partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address or "")


def parse_networks(texts: Iterable[str]) -> Networks:
    """Return addresses and networks in CIDR form; ValueError says which one is neither."""
    return tuple(map(_network, texts))


def lies_in(address: str, networks: Networks) -> bool:
    """Say whether an address is one of these; what is no address lies nowhere."""
    place = _address(address)
    return place is not None and any(place in network for network in networks)


@lru_cache(maxsize=KNOWN_ADDRESSES)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(f"takes addresses and networks such as 10.1.0.0/16: {error}") from None
