"""Which profile a request gets: asked for, by the administrator's word, by name, generic."""

import pytest
from structlog.testing import capture_logs

from icap_server.client_settings import ClientSettings
from icap_server.profile import GENERIC, BlockStyle, UnscannableStyle, VerdictField
from icap_server.profiles import MAX_CACHED, MAX_COMPLAINTS, Profiles
from icap_server.shipped_profiles import SHIPPED
from icap_server.wire.events import RequestHead

PLACE = "192.0.2.7"


def head(agent: str = "", service: str = "avscan", query: str = "") -> RequestHead:
    fields = {"user-agent": agent} if agent else {}
    return RequestHead("REQMOD", service, fields, b"", b"", True, None, False, False, False, query)


def entry(profile: str = "f5", **conditions: object) -> ClientSettings:
    return ClientSettings.model_validate({"profile": profile, **conditions})


def test_nothing_known() -> None:
    assert Profiles().select(PLACE, head()) is GENERIC
    assert Profiles().select("", head("Mozilla/5.0")) is GENERIC


def test_a_client_that_says_who_it_is() -> None:
    assert Profiles().select(PLACE, head("FortiOS v7.6.1")).name == "fortigate"
    assert Profiles().select(PLACE, head("a FortiOS")) is GENERIC


@pytest.mark.parametrize(
    "condition, address, agent, service, hit",
    [
        ({"networks": ["192.0.2.0/24"]}, PLACE, "", "avscan", True),
        ({"networks": ["10.0.0.0/8", "192.0.2.7"]}, PLACE, "", "avscan", True),
        ({"networks": ["10.0.0.0/8"]}, PLACE, "", "avscan", False),
        ({"networks": ["2001:db8::/32"]}, "2001:db8::1", "", "avscan", True),
        ({"networks": ["2001:db8::/32"]}, PLACE, "", "avscan", False),
        ({"networks": ["0.0.0.0/0", "::/0"]}, "", "", "avscan", False),
        ({"networks": ["::/0"]}, "not an address", "", "avscan", False),
        ({"user_agent": "Blue*"}, PLACE, "BlueCoat", "avscan", True),
        ({"user_agent": "Blue*"}, PLACE, "bluecoat", "avscan", False),
        ({"user_agent": "Blue"}, PLACE, "BlueCoat", "avscan", False),
        ({"service": "scan"}, PLACE, "", "scan", True),
        ({"service": "scan"}, PLACE, "", "avscan", False),
        ({"service": "scan", "user_agent": "A*"}, PLACE, "A", "scan", True),
        ({"service": "scan", "user_agent": "A*"}, PLACE, "B", "scan", False),
        ({"service": "scan", "networks": ["10.0.0.0/8"]}, PLACE, "A", "scan", False),
        ({}, "", "", "avscan", True),
    ],
)
def test_all_conditions_have_to_hold(
    condition: dict[str, object], address: str, agent: str, service: str, hit: bool
) -> None:
    chosen = Profiles([entry("f5", **condition)]).select(address, head(agent, service))
    assert chosen.name == ("f5" if hit else "generic")


def test_the_first_entry_counts() -> None:
    profiles = Profiles([entry("squid", service="scan"), entry("f5"), entry("nutanix")])
    assert profiles.select(PLACE, head(service="scan")).name == "squid"
    assert profiles.select(PLACE, head(service="avscan")).name == "f5"


def test_the_administrator_knows_better_than_the_client_what_it_is() -> None:
    assert Profiles([entry("f5")]).select(PLACE, head("FortiOS v7.6.1")).name == "f5"


def test_an_entry_changes_its_profile() -> None:
    client = entry(
        "nextcloud",
        unscannable="block",
        verdict_fields=["X-Virus-ID"],
        preview=True,
        block="redirect",
    )
    chosen = Profiles([client], "https://a.example/").select(PLACE, head())
    assert chosen.name == "nextcloud"
    assert chosen.unscannable is UnscannableStyle.BLOCK
    assert chosen.verdict_fields == (VerdictField.VIRUS_ID,)
    assert chosen.preview
    assert (chosen.block, chosen.redirect_url) == (BlockStyle.REDIRECT, "https://a.example/")
    assert chosen.partial == SHIPPED["nextcloud"].partial, "what is not said stays"


@pytest.mark.parametrize(
    "query", ["profile=nextcloud", "allow204=on&profile=nextcloud", "profile=nextcloud&x"]
)
def test_asked_for(query: str) -> None:
    profiles = Profiles([entry("f5")])
    assert profiles.select(PLACE, head("FortiOS v7", query=query)).name == "nextcloud"


@pytest.mark.parametrize(
    "query", ["", "allow204=on&force=on", "noprofile=nextcloud", "profile=", "profile=x", "profile"]
)
def test_not_asked_for(query: str) -> None:
    assert Profiles([entry("f5")]).select(PLACE, head(query=query)).name == "f5"


def test_an_unknown_name_is_logged_once() -> None:
    profiles = Profiles()
    with capture_logs() as logs:
        for _ in range(3):
            assert profiles.select(PLACE, head(query="profile=Squid")) is GENERIC
    (line,) = logs
    assert line["asked"] == "Squid"
    assert "nutanix" in line["known"]


def test_who_asks_for_ever_new_names_costs_nothing() -> None:
    profiles = Profiles()
    with capture_logs() as logs:
        for number in range(MAX_COMPLAINTS + 50):
            profiles.select(PLACE, head(query=f"profile=x{number}" + "y" * 5000))
    assert len(logs) == MAX_COMPLAINTS
    assert max(len(line["asked"]) for line in logs) <= 200


def test_choices_are_remembered_and_bounded() -> None:
    profiles = Profiles([entry("f5", networks=["192.0.2.0/24"])])
    for number in range(2 * MAX_CACHED):
        assert profiles.select(PLACE, head(f"agent {number}" + "z" * 9000)).name == "f5"
    profiles.select(PLACE, head("agent 1"))
    profiles.select(PLACE, head("agent 1"))
    known = profiles._choose.cache_info()
    assert known.currsize == MAX_CACHED
    assert known.hits == 1
