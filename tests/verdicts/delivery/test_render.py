"""Letters as text: one line of printable ASCII, whatever a file was called."""

import json
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from verdicts.delivery.render import as_cef, as_douane, as_ecs, as_json, as_ocsf, rendered
from verdicts.delivery.sender import Letter, LetterRefused
from verdicts.formats.cef import cef

MakeLetter = Callable[..., Letter]
MakeRow = Callable[..., dict[str, object]]


def test_json_is_printable_ascii(letter: MakeLetter, row: MakeRow) -> None:
    everything = {"x": "".join(map(chr, range(0x3000)))}
    text = as_json(everything)
    assert text.isascii()
    assert text.isprintable()
    assert json.loads(text) == everything
    for one in (as_douane, as_ecs, as_ocsf):
        made = one(letter(verdict=row()))
        assert made is not None
        assert made.isascii()
        assert made.isprintable()


def test_whole_verdict_in_our_own_form(letter: MakeLetter, row: MakeRow) -> None:
    whole = json.loads(as_douane(letter(verdict=row())))
    assert whole["data"] == row()
    assert json.loads(as_douane(letter(kind="alarm", ok=True)))["data"]["ok"] is True


def test_cef(letter: MakeLetter, row: MakeRow) -> None:
    assert as_cef(letter(verdict=row())) == cef(row())
    alarm = as_cef(letter(kind="alarm", part="a=b\\c|d\n", explanation="\x1b[2J"))
    assert alarm.startswith("CEF:0|Douane|Douane|")
    assert "|event.alarm|Douane alarm|8|rt=1795435200000 externalId=1 msg=" in alarm
    assert "|event.alarm|Douane alarm|3|" in as_cef(letter(kind="alarm", ok=True))
    assert len(as_cef(letter(kind="alarm", explanation="x" * 9000))) < 1200
    assert 'part":"a\\=b' in alarm
    assert alarm.isprintable()


@pytest.mark.parametrize("most", [1200, 2000])
def test_cut_to_fit(letter: MakeLetter, row: MakeRow, most: int) -> None:
    hostile = "\U0001f9a0=|\\" * 1000
    long = row(url=hostile, file_name=hostile, user=hostile, clause=hostile, channel=hostile)
    for made in (as_cef(letter(verdict=long), most), as_douane(letter(verdict=long), most)):
        assert len(made.encode()) <= most
        assert "ab" * 32 in made  # the hash is never cut


def test_what_cannot_be_rendered_is_refused(letter: MakeLetter) -> None:
    """Whatever the fault is, it is that of one letter."""
    with capture_logs() as lines, pytest.raises(LetterRefused, match="KeyError"):
        rendered(as_ecs, letter(verdict={"level": "new"}))
    assert lines[0]["event"] == "letter.not_rendered"
    with pytest.raises(LetterRefused, match="are allowed"):
        rendered(lambda one: as_douane(one, 9), letter())


def test_ecs_of_an_alarm(letter: MakeLetter) -> None:
    event = json.loads(as_ecs(letter(3, kind="alarm", part="database")))
    assert event["event"]["action"] == "alarm"
    assert event["douane"]["event"]["data"]["part"] == "database"
    assert event["@timestamp"].startswith("2026-11-23T12:00")
