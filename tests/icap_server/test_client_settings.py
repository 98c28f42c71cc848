"""`[[client]]`: what can be said of a client, and what is refused."""

import pytest
from pydantic import ValidationError

from icap_server.client_settings import ClientSettings
from icap_server.profile import Profile


def test_an_empty_entry_is_every_client_and_changes_nothing() -> None:
    client = ClientSettings()
    assert (client.networks, client.user_agent, client.service) == ((), "", "")
    assert client.profile == "generic"
    assert {client.block, client.unscannable, client.preview} == {None}


def test_every_trait_of_a_profile_can_be_set() -> None:
    traits = set(Profile.__dataclass_fields__) - {"name", "redirect_url"}
    conditions = {"networks", "user_agent", "service", "profile"}
    assert set(ClientSettings.model_fields) == traits | conditions


@pytest.mark.parametrize("network", ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"])
def test_networks(network: str) -> None:
    assert ClientSettings(networks=(network,)).networks == (network,)


@pytest.mark.parametrize(
    "values, said",
    [
        ({"networks": ("10.0.0.1/8",)}, "host bits"),
        ({"networks": ("proxy.example",)}, "does not appear to be"),
        ({"networks": ("",)}, "does not appear to be"),
        ({"profile": "Squid"}, "unknown profile 'Squid'; known profiles: generic, squid"),
        ({"service": "av"}, "unknown service 'av'; known services: reqmod, respmod"),
        ({"user_agent": "x" * 201}, "at most 200"),
        ({"verdict_fields": ("X-Infected",)}, "Input should be 'X-Infection-Found'"),
        ({"unscannable_type": 3}, "Input should be 0, 1 or 2"),
        ({"block": "drop"}, "Input should be 'page' or 'redirect'"),
        ({"redirect_url": "http://a"}, "Extra inputs"),
    ],
)
def test_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ClientSettings.model_validate(values)
