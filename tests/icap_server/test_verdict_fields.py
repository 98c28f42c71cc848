"""Verdict fields in each client's words, whatever engines and files are called."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.findings import MAX_SHOWN
from icap_server.profile import GENERIC, Profile, UnscannableStyle, VerdictField
from icap_server.shipped_profiles import SHIPPED
from icap_server.verdict_fields import field_names, verdict_fields
from scanners.model import Code, Detection, DetectionLevel, Level, Reason, Unscanned
from verdicts.model import Action, Direction, Ruling, Transfer, Verdict, utc_now

FOUND = re.compile(r"^Type=[012]; Resolution=[012]; Threat=[^;\r\n]+;$")
RSPAMD = re.compile(r"Type=(.*?); Resolution=(.*?); Threat=(.*?);$")
ALL_FIELDS = Profile("all", tuple(VerdictField), violations=True)
TRANSFER = Transfer("id", "respmod", Direction.DOWNLOAD, utc_now(), file_name="photo.jpg")
LOCKED = Verdict(Level.UNKNOWN, unscanned=(Unscanned("zip", Reason.ENCRYPTED),))


def worm(name: str, *path: str) -> Detection:
    return Detection(Code.SIGNATURE_CLAMAV, "clamav", name, DetectionLevel.MALICIOUS, path)


def told(verdict: Verdict, profile: Profile = ALL_FIELDS) -> dict[str, str]:
    for_gap = not verdict.detections and bool(verdict.unscanned)
    ruling = Ruling(Action.BLOCK, "clause", True, Action.BLOCK, verdict, for_gap)
    fields = verdict_fields(ruling, TRANSFER, profile)
    assert len(dict(fields)) == len(fields)
    return dict(fields)


def test_every_field() -> None:
    assert told(Verdict(Level.MALICIOUS, (worm("Win.Worm-1"),))) == {
        "X-Infection-Found": "Type=0; Resolution=2; Threat=Win.Worm-1;",
        "X-Virus-ID": "Win.Worm-1",
        "X-Virus-Name": "Win.Worm-1",
        "X-Response-Info": "Blocked",
        "X-Response-Desc": "Infected",
        "X-Blocked": "Win.Worm-1",
        "X-Block-Reason": "Infected",
        "X-Blocked-Reason": "Infected",
        "X-Violations-Found": "1\r\n\tphoto.jpg\r\n\tWin.Worm-1\r\n\t0\r\n\t0",
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_a_profile_chooses_fields_and_order(name: str) -> None:
    profile = SHIPPED[name]
    names = list(told(LOCKED, profile))
    assert names[: len(profile.verdict_fields)] == list(profile.verdict_fields)
    assert ("X-Violations-Found" in names) == profile.violations
    assert set(names) <= set(field_names(profile)), "announced by OPTIONS: X-Allow-Out"


def test_x_error_code_is_announced_where_it_may_come() -> None:
    lenient = Profile(unscannable=UnscannableStyle.ERROR)
    assert "X-Error-Code" in field_names(lenient)
    assert "X-Error-Code" not in field_names(GENERIC)


@pytest.mark.parametrize("kind", [0, 1, 2])
def test_the_type_of_a_gap_is_the_profiles(kind: int) -> None:
    """rspamd takes Type=2 for a scan that failed."""
    profile = Profile(unscannable_type=kind)
    stated = f"Type={kind}; Resolution=2; Threat=unscanned.encrypted;"
    assert told(LOCKED, profile)["X-Infection-Found"] == stated
    infected = told(Verdict(Level.MALICIOUS, (worm("a"),)), profile)
    assert infected["X-Infection-Found"].startswith("Type=0; ")


def test_violations_are_counted_and_name_their_parts() -> None:
    verdict = Verdict(
        Level.MALICIOUS,
        (worm("W-1", "holiday.zip", "beach.exe"), worm("W-2", "b\r\nEvil: 1")),
        (Unscanned("zip", Reason.ENCRYPTED, ("c.zip",)),),
    )
    assert told(verdict)["X-Violations-Found"].split("\r\n\t") == [
        "3",
        *("holiday.zip/beach.exe", "W-1", "0", "0"),
        *("b__Evil: 1", "W-2", "0", "0"),
        *("c.zip", "unscanned.encrypted", "2", "0"),
    ]


def test_violations_of_policy_alone() -> None:
    value = told(Verdict(Level.CLEAN))["X-Violations-Found"]
    assert value == "1\r\n\tphoto.jpg\r\n\tpolicy\r\n\t1\r\n\t0"


def test_no_message_has_endless_violations() -> None:
    found = tuple(worm("w" * 4096, f"{number}" + "f" * 4096) for number in range(500))
    fields = told(Verdict(Level.MALICIOUS, found))
    assert fields["X-Violations-Found"].startswith(f"{MAX_SHOWN}\r\n\t")
    assert fields["X-Violations-Found"].count("\r\n\t") == 4 * MAX_SHOWN
    assert sum(map(len, [*fields, *fields.values()])) < 6000


@given(st.text(max_size=5000), st.lists(st.text(max_size=300), max_size=4))
def test_no_name_breaks_a_field(name: str, path: list[str]) -> None:
    fields = told(Verdict(Level.MALICIOUS, (worm(name, *path),)))
    assert FOUND.match(fields["X-Infection-Found"])
    assert RSPAMD.search(fields["X-Infection-Found"])
    violations = fields.pop("X-Violations-Found")
    assert re.fullmatch(r"1(\r\n\t[ -~]+){4}", violations)
    for value in fields.values():
        assert re.fullmatch(r"[ -~]+", value)


def test_a_channel_that_is_blocked_is_no_failed_scan() -> None:
    """rspamd takes Type=2 for a scan that failed, and may let the file pass."""
    ruling = Ruling(Action.BLOCK, "no-telegram", True, Action.BLOCK, LOCKED)
    fields = dict(verdict_fields(ruling, TRANSFER, GENERIC))
    assert fields["X-Infection-Found"].startswith("Type=1;")
