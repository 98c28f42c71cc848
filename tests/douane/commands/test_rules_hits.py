"""douane rules hits: counted from the log of a ledger, flagged over the rate that is set."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from douane.settings_file import load_settings
from scanners.model import Code, Detection, DetectionLevel, Level
from verdicts.ledger.entry import decode, encode
from verdicts.ledger.feedback import store_feedback
from verdicts.ledger.questions import StoreFeedback
from verdicts.ledger.store import Writer
from verdicts.model import (
    Action,
    Direction,
    Ruling,
    Transfer,
    Verdict,
    VerdictRecord,
    new_transfer_id,
    utc_now,
)
from verdicts.record import id_bytes, microseconds

Douane = Callable[..., int]
Capture = pytest.CaptureFixture[str]
RULE = "MAL_Worm_Choke_Nov26"
SIGNATURE = "Douane.Worm.Goner"


@pytest.fixture
def log(write: Callable[[str], Path]) -> str:
    """A log with three hits of a rule, one of them called wrong, and one of a signature."""
    settings = load_settings(write("")).settings
    settings.state.directory.mkdir()
    writer = Writer(settings.database.url)
    records = [hit(RULE), hit(RULE), hit(RULE), hit(f"{SIGNATURE}.UNOFFICIAL")]
    writer.write([decode(id_bytes(one.transfer.id), encode(one)) for one in records])
    wrong, now = records[0].transfer.id, microseconds(utc_now())
    said = StoreFeedback(wrong, "dk_ann00000", "ann", now, "false_positive", "a tool of ours")
    with writer.connection() as connection, connection.begin():
        store_feedback(connection, said)
    writer.close()
    return settings.database.url


def hit(name: str) -> VerdictRecord:
    code = Code.SIGNATURE_CLAMAV if "." in name else Code.SIGNATURE_YARA
    found = Detection(code, "engine", name, DetectionLevel.MALICIOUS)
    verdict = Verdict(Level.MALICIOUS, (found,))
    ruling = Ruling(Action.BLOCK, "malicious", True, Action.BLOCK, verdict)
    when = utc_now() - timedelta(minutes=5)
    transfer = Transfer(new_transfer_id(), "respmod", Direction.DOWNLOAD, when)
    return VerdictRecord(transfer, ruling, 10, "0" * 64, 1.0, cached=False)


def rows(capsys: Capture) -> dict[str, dict[str, object]]:
    return {row["name"]: row for row in json.loads(capsys.readouterr().out)["data"]}


@pytest.mark.usefixtures("log")
def test_counts_and_flags(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "hits", "--json", toml="") == 1
    found = rows(capsys)
    rule = found[RULE]
    assert (rule["hits"], rule["false_positives"], rule["flagged"]) == (3, 1, True)
    assert rule["false_positive_rate"] == pytest.approx(1 / 3)
    assert (found[SIGNATURE]["hits"], found[SIGNATURE]["flagged"]) == (1, False)
    others = [row for name, row in found.items() if name not in (RULE, SIGNATURE)]
    assert {row["hits"] for row in others} == {0}
    assert {row["last_hit"] for row in others} == {None}


@pytest.mark.usefixtures("log")
def test_a_higher_rate_is_allowed(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "hits", toml="[rules]\nfalse_positive_rate = 0.5") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["NAME", "HITS", "WRONG", "RATE", "LAST", "HIT"]
    assert lines[1].split()[:4] == [RULE, "3", "1", "33.3%"]
    assert lines[2].split()[:3] == [SIGNATURE, "1", "0"]


@pytest.mark.usefixtures("log")
def test_show_says_it_of_one_rule(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "show", RULE, toml="") == 0
    text = capsys.readouterr().out
    assert "\n  hits: 3 in 30 days, the last at 20" in text
    assert "called wrong 1 times; FLAGGED" in text


def test_without_a_log(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "hits") == 2
    assert "verdict log" in capsys.readouterr().err
    assert douane("rules", "show", RULE) == 0
    assert "hits: unknown" in capsys.readouterr().out


@pytest.mark.parametrize("days", ["0", "-1", "x", "99999"])
def test_wrong_days(douane: Douane, days: str) -> None:
    with pytest.raises(SystemExit):
        douane("rules", "hits", "--days", days)


def test_a_set_that_does_not_compile(douane: Douane, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "yara").mkdir()
    (tmp_path / "yara" / "x.yar").write_text("rule")
    assert douane("rules", "hits", toml=f'[rules]\ndirectory = "{tmp_path}"') == 2
    assert capsys.readouterr().err.startswith("douane: ")
