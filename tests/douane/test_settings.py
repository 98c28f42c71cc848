"""The tree of settings: frozen, closed, and every value can be written as TOML."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from douane.settings import SHIPPED_RULES, Settings, as_toml, is_repeated, section_class
from icap_server.client_settings import ClientSettings
from icap_server.settings import IcapSettings


def test_shipped_rules_are_where_the_default_says() -> None:
    assert (SHIPPED_RULES / "policy.toml").is_file()


def test_places_lie_in_the_state() -> None:
    settings = Settings()
    state = settings.state.directory
    assert settings.run_directory == state / "run"
    assert settings.spool_directory == state / "spool"
    assert settings.rulesets_directory == state / "rulesets"
    assert settings.ledger_socket.parent == settings.run_directory
    assert settings.addresses_file.parent == settings.run_directory


def test_unknown_keys_and_changes_are_refused() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"icap": {"lisen": "x"}})
    with pytest.raises(ValidationError):
        Settings().cache.verdicts = 1  # type: ignore[misc]


values = (
    st.booleans()
    | st.integers(-(2**62), 2**62)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)


@given(values)
def test_every_value_is_toml(value: object) -> None:
    assert tomllib.loads(f"key = {as_toml(value)}") == {"key": value}


def test_a_path_is_a_text() -> None:
    assert as_toml(Path("/a b")) == '"/a b"'


def test_some_sections_are_lists() -> None:
    repeated = [name for name in Settings.model_fields if is_repeated(name)]
    assert repeated == ["client", "webhook", "syslog", "splunk", "export"]
    assert section_class("client") is ClientSettings
    assert section_class("icap") is IcapSettings
