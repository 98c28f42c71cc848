"""douane rules list, show: the catalogue with its rules, and all that a rule says of itself."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Douane = Callable[..., int]
Capture = pytest.CaptureFixture[str]
RULES = Path(__file__).parents[3] / "rules"
OWN = '[rules]\ndirectory = "rules"'


def test_the_four_of_the_articles_come_first(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["NAME", "KIND", "BASIS", "FIRST", "SEEN"]
    entries = [line.split()[0] for line in lines[1:-1] if not line.startswith(" ")]
    articles = {"W32.AimVen.Worm", "W32.HLLP.VB.14336.C", "W32.Simic.Worm", "W32.Upering.Worm"}
    assert set(entries[:4]) == articles
    for line in lines[1:-1]:  # whatever their length, columns do not run into one another
        assert line.startswith(" ") or re.search(r" (family|technique) +\S", line), line
    words = {tuple(line.split()[:4]) for line in lines}
    assert ("MAL_Worm_Upering_Nov26", "testing", "malicious", "65") in words


def test_the_catalogue_as_json(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "list", "--json") == 0
    data = json.loads(capsys.readouterr().out)["data"]
    assert len([entry for entry in data if entry["kind"] == "family"]) == 74
    for entry in data:
        assert (entry["basis"] == "none") == (entry["rules"] == [])
    rule = data[0]["rules"][0]
    assert set(rule) == {"name", "engine", "level", "status", "score", "basis"}


def test_all_papers_of_a_rule(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "show", "MAL_Worm_Choke_Nov26") == 0
    text = capsys.readouterr().out
    assert text.startswith("MAL_Worm_Choke_Nov26: testing, malicious, 65, yara/pe/worm_choke.yar:")
    for line in ("  sharing = TLP:CLEAR", "  sample_seen = False", "rule MAL_Worm_Choke_Nov26"):
        assert f"\n{line}\n" in text
    assert "  covers W32/Choke (family): published strings" in text


def test_a_signature_as_json(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "show", "--json", "Douane.Worm.Goner") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["engine"], document["file"]) == ("clamav", "clamav/douane.ldb")
    assert document["source"].startswith("Douane.Worm.Goner;Engine:")
    assert document["papers"] == {}
    assert [entry["name"] for entry in document["covers"]] == ["W32/Goner.A@mm"]


def test_a_rule_that_is_none(douane: Douane, capsys: Capture) -> None:
    assert douane("rules", "show", "MAL_\x1b[1m") == 2
    assert "no rule is called MAL_\\x1b[1m; " in capsys.readouterr().err


@pytest.mark.parametrize("words", [("list",), ("show", "MAL_Worm_Choke_Nov26")])
@pytest.mark.parametrize("file", ["catalogue/choke.toml", "yara/eicar.yar"])
def test_a_set_that_cannot_be_read(
    douane: Douane, short_folder: Path, capsys: Capture, words: tuple[str, ...], file: str
) -> None:
    shutil.copytree(RULES, short_folder / "rules")
    (short_folder / "rules" / file).write_text("rule nonsense")
    assert douane("rules", *words, toml=OWN) == 2
    assert capsys.readouterr().err.startswith("douane: ")
