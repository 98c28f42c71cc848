"""Which addresses a webhook may call, and that a name is judged by all of its addresses."""

import asyncio
import socket
from ipaddress import ip_address

import pytest

from verdicts.delivery.addresses import AddressRefused, is_public, resolve
from verdicts.delivery.sender import ReceiverAway


@pytest.mark.parametrize(
    "text, public",
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),  # noqa: S104 - nothing is bound
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),  # shared address space, RFC 6598
        ("169.254.169.254", False),  # where clouds keep their secrets
        ("192.0.2.1", False),
        ("224.0.1.1", False),
        ("239.1.1.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("ff0e::1", False),
        ("2001:db8::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.1.2.3", False),
        ("::127.0.0.1", False),
        ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
        ("2002:a00:1::", False),
        ("64:ff9b::7f00:1", False),  # NAT64 of 127.0.0.1
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::5db8:d70e", True),
        ("64:ff9b:1::1", False),  # NAT64 of one's own, RFC 8215
        ("192.0.0.8", False),  # protocol assignments
        ("192.0.0.192", False),
        ("192.88.99.1", False),  # relay of 6to4
        ("::ffff:93.184.215.14", False),
        ("::93.184.215.14", False),
        ("2002:5db8:d70e::1", True),  # 6to4 of a public address
        ("2002:c058:6301::1", False),  # of a relay's
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),  # Teredo
        ("2001:20::1", False),
        ("3fff::1", False),  # documentation, RFC 9637
        ("3fff:1000::1", True),
        ("fec0::1", False),  # site-local, RFC 3879
        ("5f00::1", False),  # SRv6, RFC 9602
        ("4000::1", False),
        ("2001:470:1f0b::5efe:127.0.0.1", False),  # ISATAP
        ("2001:470:1f0b::200:5efe:10.0.0.1", False),
        ("2001:470:1f0b::200:5efe:93.184.215.14", True),
        ("2001:470:1f0b::1:5efe:a00:1", True),  # no ISATAP: the bits above are others
    ],
)
def test_public(text: str, public: bool) -> None:
    assert is_public(ip_address(text)) is public


def answer(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def found(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found)


async def test_first_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "93.184.215.14", "93.184.215.15")
    assert await resolve("a.example", 443, allow_private=False) == "93.184.215.14"


async def test_one_bad_address_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "93.184.215.14", "10.0.0.1")
    with pytest.raises(AddressRefused, match="allow_private"):
        await resolve("a.example", 443, allow_private=False)
    assert await resolve("a.example", 443, allow_private=True) == "93.184.215.14"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "127.1"])
async def test_other_ways_to_write_loopback(host: str) -> None:
    with pytest.raises(ReceiverAway):
        await resolve(host, 443, allow_private=False)


async def test_scope_is_no_way_around(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "fe80::1%eth0")
    with pytest.raises(AddressRefused):
        await resolve("a.example", 443, allow_private=False)


@pytest.mark.parametrize("host", ["nothing.invalid", "x" * 300, "a..b", "\udcff"])
async def test_no_such_name(host: str) -> None:
    with pytest.raises(ReceiverAway, match="resolved"):
        await resolve(host, 443, allow_private=True)
