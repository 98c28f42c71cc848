"""User, groups and address from what proxies send."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.payload.people import MAX_GROUPS, client_address, group_names, user_name


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "value, user",
    [
        ("WinNT://CORP/bob", "CORP\\bob"),
        (encoded("WinNT://CORP/bob"), "CORP\\bob"),
        (encoded("WinNT://bob"), "bob"),
        (encoded("Local://user"), "user"),
        ("Radius://user@realm", "user@realm"),
        (encoded("LDAP://dc1.corp/cn=Bob%20B,ou=x,dc=corp"), "cn=Bob B,ou=x,dc=corp"),
        ("ldaps://cn=Bob", "cn=Bob"),
        ("bob", "bob"),
        ("bill", "bill"),  # valid base64 of "n)e"
        ("Mike", "Mike"),
        ("bobsmith", "bobsmith"),
        ("CORP\\bob", "CORP\\bob"),
        ("bob@corp.example", "bob@corp.example"),
        (encoded("bob"), "bob"),
        (encoded("bob@corp.example"), "bob@corp.example"),
        (encoded("CORP\\bob smith"), "CORP\\bob smith"),
        (encoded("J\u00fcrgen"), "J\u00fcrgen"),
        ("J\u00c3\u00bcrgen", "J\u00fcrgen"),
        ("J\u00fcrgen", "J\u00fcrgen"),
        ("a\x01b\u202e", "a\ufffdb\ufffd"),
        ("", ""),
        ("x" * 1000, "x" * 256),
    ],
)
def test_user(value: str, user: str) -> None:
    assert user_name({"x-authenticated-user": value}) == user
    assert user_name({"x-client-username": value}) == user
    assert user_name({"x-subscriber-id": value}) == user


def test_the_authenticated_user_wins() -> None:
    fields = {"x-subscriber-id": "c", "x-client-username": "b"}
    assert user_name(fields) == "b"
    assert user_name(fields | {"x-authenticated-user": "a"}) == "a"
    assert user_name(fields | {"x-authenticated-user": ""}) == "b"
    assert user_name({}) == ""


@pytest.mark.parametrize(
    "value, user",
    [
        ("Basic " + encoded("bob:secret"), "bob"),
        ("basic   " + encoded("CORP\\bob:se:cr:et"), "CORP\\bob"),
        ("Basic " + encoded("J\u00fcrgen:secret"), "J\u00fcrgen"),
        ("Basic " + encoded(":secret"), ""),
        ("Basic " + encoded("secret"), ""),  # without a colon nobody knows what it is
        ("Basic " + encoded("bob:secret").rstrip("=") + "=====", ""),
        ("Basic \u00e4\u00e4\u00e4\u00e4", ""),
        ("Basic", ""),
        ('Digest username="bob", realm="r", response="secret"', "bob"),
        ('Digest realm="r", UserName = "b\\"o\\\\b"', 'b"o\\b'),
        ('Digest realm="username=", response="secret"', ""),
        ("Digest username=bob", ""),
        ("Negotiate " + encoded("bob:secret"), ""),
        ("Bearer bob:secret", ""),
        (encoded("bob:secret"), ""),
        ("x" * 1000, ""),
    ],
)
def test_credentials_tell_the_user_and_nothing_else(value: str, user: str) -> None:
    assert user_name({"proxy-authorization": value}) == user
    assert user_name({"proxy-authorization": value, "x-subscriber-id": "ann"}) == "ann"


def test_credentials_of_the_proxy_itself_name_no_user() -> None:
    """RFC 3507 §7.1: `authorization` in the ICAP head is meant for us."""
    assert user_name({"authorization": "Basic " + encoded("proxy:secret")}) == ""


@pytest.mark.parametrize(
    "value, groups",
    [
        ("", ()),
        ("staff", ("staff",)),
        ("staff, guests,", ("staff", "guests")),
        ("WinNT://CORP/staff, WinNT://CORP/guests", ("CORP\\staff", "CORP\\guests")),
        (encoded("WinNT://CORP/staff,WinNT://CORP/guests"), ("CORP\\staff", "CORP\\guests")),
        (
            "LDAP://dc/cn=Staff,ou=a,dc=corp, LDAP://dc/cn=Guests,ou=a",
            ("cn=Staff,ou=a,dc=corp", "cn=Guests,ou=a"),
        ),
        (f"{encoded('Local://staff')}, {encoded('Local://guests')}", ("staff", "guests")),
        (encoded("staff,guests"), ("staff", "guests")),
    ],
)
def test_groups(value: str, groups: tuple[str, ...]) -> None:
    assert group_names({"x-authenticated-groups": value}) == groups


def test_groups_are_bounded() -> None:
    assert group_names({}) == ()
    assert len(group_names({"x-authenticated-groups": "a," * 5000})) == MAX_GROUPS


@pytest.mark.parametrize(
    "value, address",
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8::0:1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("-", ""),
        ("192.0.2.7, 192.0.2.8", ""),
        ("host.example", ""),
        ("192.0.2.07", ""),
    ],
)
def test_address(value: str, address: str) -> None:
    assert client_address({"x-client-ip": value}) == address


@given(st.text())
def test_no_text_breaks_it(text: str) -> None:
    fields = dict.fromkeys(("x-authenticated-user", "x-authenticated-groups", "x-client-ip"), text)
    assert user_name(fields).isprintable()
    for scheme in ("Basic ", "Digest "):
        assert user_name({"proxy-authorization": scheme + text}).isprintable()
    assert all(name.isprintable() for name in group_names(fields))
    client_address(fields)
