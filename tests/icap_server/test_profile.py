"""The dialect for clients of which nothing is known."""

from icap_server.profile import GENERIC, BlockStyle, UnscannableStyle


def test_an_unknown_client_gets_what_harms_nobody() -> None:
    assert not GENERIC.violations
    assert GENERIC.block is BlockStyle.PAGE
    assert GENERIC.unscannable is UnscannableStyle.BLOCK


def test_infection_found_comes_first() -> None:
    assert GENERIC.verdict_fields[0] == "X-Infection-Found"
