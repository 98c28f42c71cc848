"""The shipped profiles: every client of the list, and nothing that one of them cannot bear."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from icap_server.profile import GENERIC, BlockStyle, UnscannableStyle, VerdictField
from icap_server.shipped_profiles import AGENTS, ALL, SHIPPED


def test_every_client_has_its_profile() -> None:
    assert list(SHIPPED) == [
        *("generic", "squid", "nextcloud", "owncloud", "g3proxy", "e2guardian", "trafficserver"),
        *("rspamd", "fortigate", "f5", "proxysg", "powerscale", "nutanix"),
    ]
    assert len(SHIPPED) == len(ALL), "no name twice"
    assert SHIPPED["generic"] is GENERIC


@pytest.mark.parametrize("name", SHIPPED)
def test_every_client_hears_of_an_infection(name: str) -> None:
    profile = SHIPPED[name]
    assert VerdictField.INFECTION_FOUND in profile.verdict_fields
    assert len(set(profile.verdict_fields)) == len(profile.verdict_fields)
    assert profile.block is BlockStyle.PAGE, "where else is the administrator's to say"
    assert profile.redirect_url == ""


@pytest.mark.parametrize("name", ["g3proxy", "f5", "nextcloud", "owncloud", "e2guardian"])
def test_who_reads_line_by_line_gets_no_folded_field(name: str) -> None:
    assert not SHIPPED[name].violations


@pytest.mark.parametrize("name", ["squid", "nutanix"])
def test_who_takes_a_503_amiss_never_gets_one(name: str) -> None:
    """Squid suspends the service, Nutanix Files locks the file away for good."""
    assert not SHIPPED[name].overload_503


@pytest.mark.parametrize("name", ["g3proxy", "nextcloud", "trafficserver", "rspamd"])
def test_who_knows_no_206_is_offered_none(name: str) -> None:
    assert not SHIPPED[name].partial


def test_squid_gets_all_that_saves_bytes() -> None:
    assert SHIPPED["squid"].preview
    assert SHIPPED["squid"].partial


def test_a_profile_that_leaves_the_decision_to_the_client_has_to_be_asked_for() -> None:
    lenient = [name for name in SHIPPED if SHIPPED[name].unscannable is UnscannableStyle.ERROR]
    assert lenient == ["nextcloud"]
    assert all(profile.unscannable is UnscannableStyle.BLOCK for _, profile in AGENTS)


@pytest.mark.parametrize(
    "agent, name",
    [
        ("FortiOS v7.6.1", "fortigate"),
        ("ownCloud-icap-client/0.1.0", "owncloud"),
        ("Rspamd", "rspamd"),
        ("Rspamd/2.7-3bf5ef", "rspamd"),
    ],
)
def test_clients_that_say_who_they_are(agent: str, name: str) -> None:
    assert [profile.name for glob, profile in AGENTS if fnmatchcase(agent, glob)] == [name]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_page_says_what_a_profile_does(name: str) -> None:
    """docs/clients.md has a row for each."""
    profile = SHIPPED[name]
    traits = (profile.preview, profile.partial, profile.overload_503)
    cells = [
        *(name, ", ".join(field.removeprefix("X-") for field in profile.verdict_fields)),
        *("yes" if profile.violations else "no", profile.unscannable.value),
        *("yes" if trait else "no" for trait in traits),
    ]
    page = (Path(__file__).parents[2] / "docs" / "clients.md").read_text("utf-8")
    assert f"\n| {' | '.join(cells)} |\n" in page
