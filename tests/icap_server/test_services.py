"""The services, and the OPTIONS fields that every client we know can live with."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from icap_server.profile import GENERIC, Profile
from icap_server.services import ALIASES, NAMES, offered_services, options_fields
from icap_server.settings import IcapSettings

SETTINGS = IcapSettings(preview_bytes=4096, options_ttl_seconds=600)
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


def options(
    profile: Profile = GENERIC,
    settings: IcapSettings = SETTINGS,
    service: str = "respmod",
    *,
    offers_206: bool = False,
) -> dict[str, str]:
    fields = options_fields(
        offered_services(settings)[service],
        settings,
        ISTAG,
        NOW,
        profile=profile,
        max_connections=77,
        offers_206=offers_206,
    )
    assert len(dict(fields)) == len(fields), "no field twice"
    return dict(fields)


def test_options() -> None:
    assert options() == {
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
        "X-Allow-Out": "X-Infection-Found, X-Virus-ID, X-Response-Info, X-Douane-Transfer",
    }


def test_an_alias_names_both_methods() -> None:
    assert options(service="avscan")["Methods"] == "REQMOD, RESPMOD"


def test_every_service_can_be_named_in_the_settings() -> None:
    assert set(NAMES) == set(offered_services(IcapSettings(echo=True)))


def test_206_is_only_for_who_offers_it_and_takes_it() -> None:
    assert options(offers_206=True)["Allow"] == "204, 206"
    assert options(replace(GENERIC, partial=False), offers_206=True)["Allow"] == "204"


def test_no_preview_for_who_cannot() -> None:
    """RFC 3507 §4.10.2: without Transfer-Preview no file is previewed."""
    names = options(replace(GENERIC, preview=False))
    assert [name for name in names if name.startswith(("Preview", "Transfer"))] == []


def test_only_one_transfer_list() -> None:
    """RFC 3507 §4.10.2: with a "*", the other two lists would have to share the rest."""
    assert [name for name in options() if name.startswith("Transfer-")] == ["Transfer-Preview"]


def test_settings_are_announced() -> None:
    settings = IcapSettings(
        transfer_preview=("pdf", "exe"),
        transfer_ignore=("css",),
        transfer_complete=("*",),
        service_id="douane-2",
        x_include=(),
    )
    announced = options(settings=settings)
    assert announced["Transfer-Preview"] == "pdf, exe"
    assert announced["Transfer-Ignore"] == "css"
    assert announced["Transfer-Complete"] == "*"
    assert announced["Service-ID"] == "douane-2"
    assert "X-Include" not in announced


@pytest.mark.parametrize(
    "values",
    [
        {"transfer_preview": ()},
        {"transfer_complete": ("*",)},
        {"transfer_preview": ("*", "*")},
        {"transfer_ignore": ("gif",), "transfer_complete": ("GIF",)},
        {"transfer_ignore": ("a b",)},
        {"x_include": ("X-A:",)},
        {"service_id": "two words"},
        {"service_id": ""},
        {"service_id": "a\n"},
        {"redirect_url": "ftp://a.example/"},
        {"redirect_url": "http://a.example/\r\nX: y"},
        {"redirect_url": "http://a.example/{id}"},
    ],
)
def test_settings_that_no_header_can_carry(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        IcapSettings.model_validate(values)
