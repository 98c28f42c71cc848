"""The dialect for clients of which nothing is known."""

from icap_server.profile import GENERIC, BlockStyle, UnscannableStyle, VerdictField


def test_an_unknown_client_gets_what_harms_nobody() -> None:
    assert not GENERIC.violations, "folded lines break g3proxy"
    assert GENERIC.block is BlockStyle.PAGE
    assert GENERIC.unscannable is UnscannableStyle.BLOCK, "the client must not decide unasked"
    assert GENERIC.preview
    assert GENERIC.partial
    assert GENERIC.overload_503


def test_infection_found_comes_first() -> None:
    assert GENERIC.verdict_fields[0] is VerdictField.INFECTION_FOUND


def test_names_of_fields_are_written_as_clients_compare_them() -> None:
    assert [name.value for name in VerdictField] == [
        *("X-Infection-Found", "X-Virus-ID", "X-Virus-Name", "X-Response-Info"),
        *("X-Response-Desc", "X-Blocked", "X-Block-Reason", "X-Blocked-Reason"),
    ]
