"""Where a webhook may go: names are resolved once, judged, and called by the address judged.

A name may resolve to another address a moment later (DNS rebinding); nobody asks twice here.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from verdicts.delivery.sender import ReceiverAway

NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that IANA hands out (RFC 4291 §2.4); what lies outside is for something else, or nothing."""
NO_HOSTS_4 = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments, RFC 6890
    IPv4Network("192.88.99.0/24"),  # relays of 6to4, RFC 7526
)
NO_HOSTS_6 = (
    IPv6Network("2001::/23"),  # protocol assignments, RFC 2928; Teredo (RFC 4380) is one
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
"""Beyond what `is_global` knows: Python's tables are older than some of these."""
ISATAP, ISATAP_MASK = 0x00005EFE, 0xFCFFFFFF
"""RFC 5214 §6.1: the third 32 bits, whatever their u and g bits; the last are an IPv4 address."""
RESOLVE_SECONDS = 10.0


class AddressRefused(ReceiverAway):
    """It is not public; the text says so."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it lies in the internet at large, and what it carries inside as well."""
    if isinstance(address, IPv6Address) and address in NAT64:
        return is_public(_last_32_bits(address))
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NO_HOSTS_4)
    if address not in GLOBAL_UNICAST or any(address in network for network in NO_HOSTS_6):
        return False
    return all(map(is_public, _inside(address)))


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses to which a tunnel would take it."""
    inside = [address.sixtofour] if address.sixtofour else []
    if int(address) >> 32 & ISATAP_MASK == ISATAP:
        inside.append(_last_32_bits(address))
    return inside


def _last_32_bits(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)


async def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """Return the address to connect to; raise ReceiverAway or AddressRefused.

    One address that is not public refuses the name as a whole.
    """
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError, TimeoutError) as error:
        raise ReceiverAway(f"its name cannot be resolved ({type(error).__name__})") from error
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise ReceiverAway("its name has no address")
    if not allow_private and not all(map(is_public, addresses)):
        raise AddressRefused("its address is not public; allow_private = true allows that")
    return str(addresses[0])
