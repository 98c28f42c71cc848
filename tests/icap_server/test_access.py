"""Which networks may connect, and which clients may say for whom they ask."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from icap_server.access import IDENTITY_FIELDS, Access
from icap_server.client import NOBODY, Client
from icap_server.settings import AccessSettings
from icap_server.wire.connection import ServerConnection
from icap_server.wire.events import RequestHead

SHIPPED = Access(AccessSettings())
INSIDE = [
    *("127.0.0.1", "127.255.0.1", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255"),
    *("192.168.1.1", "169.254.0.1", "fe80::1", "fd12:3456::1"),
]
OUTSIDE = [
    *("8.8.8.8", "172.15.255.255", "172.32.0.1", "192.169.0.1", "11.0.0.1", "2001:db8::1"),
    *("::2", "100.64.0.1", "0.0.0.0"),  # noqa: S104 - an address, not a listener
]


@pytest.mark.parametrize("address", INSIDE)
def test_this_machine_and_private_networks_may_connect(address: str) -> None:
    assert SHIPPED.may_connect(Client(address))


@pytest.mark.parametrize("address", OUTSIDE)
def test_others_may_not(address: str) -> None:
    assert not SHIPPED.may_connect(Client(address))


def test_who_has_no_address_may_not() -> None:
    assert not SHIPPED.may_connect(NOBODY)
    assert not Access(AccessSettings(clients=("any",))).may_connect(NOBODY)


def test_networks_as_set() -> None:
    access = Access(AccessSettings(clients=("192.0.2.0/25", "2001:db8::7")))
    answers = {
        address: access.may_connect(Client(address))
        for address in ("192.0.2.127", "192.0.2.128", "2001:db8::7", "2001:db8::8", "127.0.0.1")
    }
    assert answers == {
        "192.0.2.127": True,
        "192.0.2.128": False,
        "2001:db8::7": True,
        "2001:db8::8": False,
        "127.0.0.1": False,
    }


def test_any_is_both_families() -> None:
    access = Access(AccessSettings(clients=("any",)))
    assert access.may_connect(Client("8.8.8.8"))
    assert access.may_connect(Client("2001:db8::1"))


def test_nobody_may_connect_if_no_network_is_named() -> None:
    assert not Access(AccessSettings(clients=())).may_connect(Client("127.0.0.1"))


@pytest.mark.parametrize("network", ["192.0.2.7/24", "everybody", "", "10.0.0.0/33"])
def test_what_is_no_network_is_refused(network: str) -> None:
    with pytest.raises(ValidationError):
        AccessSettings(clients=(network,))
    with pytest.raises(ValidationError):
        AccessSettings(identity_from=(network,))


@pytest.fixture
def head() -> RequestHead:
    lines = "".join(f"{name}: x\r\n" for name in [*IDENTITY_FIELDS, "x-scan-file-name"])
    wire = f"REQMOD icap://h/reqmod ICAP/1.0\r\nHost: h\r\n{lines}Encapsulated: null-body=0\r\n\r\n"
    (event,) = ServerConnection().receive(wire.encode())
    assert isinstance(event, RequestHead)
    return event


def test_everybody_who_connects_is_believed_unless_set(head: RequestHead) -> None:
    assert SHIPPED.without_hearsay(head, Client("127.0.0.1")) is head
    assert SHIPPED.without_hearsay(head, Client("10.0.0.1")) is head


def test_others_name_files_but_no_persons(head: RequestHead) -> None:
    access = Access(AccessSettings(identity_from=("10.0.0.0/8",)))
    assert access.without_hearsay(head, Client("10.0.0.1")) is head
    for client in (Client("127.0.0.1"), NOBODY):
        heard = access.without_hearsay(head, client)
        assert set(head.fields) - set(heard.fields) == IDENTITY_FIELDS
        assert heard.fields["x-scan-file-name"] == "x"
        assert replace(heard, fields=head.fields) == head, "nothing else is changed"


def test_a_head_without_such_fields_is_passed_on(head: RequestHead) -> None:
    access = Access(AccessSettings(identity_from=()))
    plain = replace(head, fields={"host": "h"})
    assert access.without_hearsay(plain, Client("127.0.0.1")) is plain
