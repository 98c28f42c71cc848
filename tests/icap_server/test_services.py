"""The services, and the OPTIONS fields that every client we know can live with."""

from datetime import UTC, datetime

import pytest

from icap_server.services import ALIASES, offered_services, options_fields
from icap_server.settings import IcapSettings

SETTINGS = IcapSettings(preview_bytes=4096, max_connections=77, options_ttl_seconds=600)
NOW = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)
ISTAG = '"0123456789abcdef"'


def test_services() -> None:
    services = offered_services(SETTINGS)
    assert set(services) == {"reqmod", "respmod", *ALIASES}
    assert {"avscan", "srv_clamav", "virus_scan", "squidclamav", "scan"} == set(ALIASES)
    assert all(service.inspects for service in services.values())
    assert all(name == service.name for name, service in services.items())


@pytest.mark.parametrize(
    "name, methods",
    [
        ("reqmod", ("REQMOD",)),
        ("respmod", ("RESPMOD",)),
        *((alias, ("REQMOD", "RESPMOD")) for alias in ALIASES),
    ],
)
def test_methods(name: str, methods: tuple[str, ...]) -> None:
    """RFC 3507 §6.4: one method a service; a drop-in alias takes both."""
    assert offered_services(SETTINGS)[name].methods == methods


def test_echo_only_if_wanted() -> None:
    assert "echo" not in offered_services(SETTINGS)
    assert not offered_services(IcapSettings(echo=True))["echo"].inspects


def test_options() -> None:
    service = offered_services(SETTINGS)["respmod"]
    fields = options_fields(service, SETTINGS, ISTAG, NOW)
    assert dict(fields) == {
        "Methods": "RESPMOD",
        "Service": "Douane",
        "Service-ID": "douane",
        "ISTag": ISTAG,
        "Date": "Sun, 01 Mar 2026 12:30:05 GMT",
        "Options-TTL": "600",
        "Max-Connections": "77",
        "Allow": "204",
        "Preview": "4096",
        "Transfer-Preview": "*",
        "X-Include": "X-Client-IP, X-Authenticated-User, X-Authenticated-Groups",
        "X-Allow-Out": "X-Infection-Found, X-Virus-ID",
    }
    assert len(dict(fields)) == len(fields), "no field twice"


def test_an_alias_names_both_methods() -> None:
    service = offered_services(SETTINGS)["avscan"]
    assert ("Methods", "REQMOD, RESPMOD") in options_fields(service, SETTINGS, ISTAG, NOW)


def test_only_one_transfer_list() -> None:
    """RFC 3507 §4.10.2: with a "*", the other two lists would have to share the rest."""
    service = offered_services(SETTINGS)["respmod"]
    names = [name for name, _ in options_fields(service, SETTINGS, ISTAG, NOW)]
    assert [name for name in names if name.startswith("Transfer-")] == ["Transfer-Preview"]
