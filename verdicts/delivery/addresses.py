"""Where a webhook may go: names are resolved once, judged, and called by the address judged.

A name may resolve to another address a moment later (DNS rebinding); nobody asks twice here.
"""

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from verdicts.delivery.sender import ReceiverAway

NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""
COMPATIBLE = IPv6Network("::/96")
"""RFC 4291 §2.5.5.1, deprecated: the same."""
RESOLVE_SECONDS = 10.0


class AddressRefused(ReceiverAway):
    """It is not public; the text says so."""


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it lies in the internet at large, and what it carries inside as well."""
    if isinstance(address, IPv6Address) and address in NAT64:
        return is_public(_last_32_bits(address))
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return isinstance(address, IPv4Address) or all(map(is_public, _inside(address)))


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses to which a gateway would translate it."""
    inside = [one for one in (address.ipv4_mapped, address.sixtofour) if one]
    inside += address.teredo or ()
    if address in COMPATIBLE:
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
