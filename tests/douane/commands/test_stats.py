"""douane stats against a running API."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.douane.running_api import RunningApi, running_api
from verdicts.ledger.questions import Role

Douane = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOUANE_KEY", raising=False)


@pytest.fixture(scope="module")
def api() -> Iterator[RunningApi]:
    """Nothing is written into its log by any test."""
    with running_api(12) as running:
        yield running


def test_everything_in_tables(api: RunningApi, capsys: Capture) -> None:
    assert api.run("stats", "--since", "2h") == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0].endswith("UTC")
    assert lines[1] == "transfers 12, 11.8 KiB"
    assert lines[2].startswith("over time ▁")
    assert lines[2].endswith("1m each, 1 at most")
    full = "█" * 24
    assert f"action allow 6 {full}" in lines
    assert f"channel telegram 12 {full}" in lines
    assert f"found signature.yara Worm_X 6 {full}" in lines
    assert f"not scanned engine_down 6 {full}" in lines


def test_one_dimension(api: RunningApi, capsys: Capture) -> None:
    assert api.run("stats", "--by", "user", "--top", "1", "--bucket", "1d") == 0
    out = capsys.readouterr().out
    assert "by user     ann" in out
    assert "1d each" in out
    assert "action" not in out


def test_for_programs(api: RunningApi, capsys: Capture) -> None:
    assert api.run("stats", "--by", "action", "--of", "blocked", "--json") == 0
    assert [row["key"] for row in json.loads(capsys.readouterr().out)["top"]["data"]] == ["block"]
    assert api.run("stats", "--by", "action", "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["summary"]["transfers"] == 12
    assert {row["key"] for row in shown["top"]["data"]} == {"allow", "block"}
    assert shown["timeseries"]["bucket"] == "1h"


def test_names_of_strangers_stay_words(api: RunningApi, capsys: Capture) -> None:
    assert api.run("stats", "--by", "user") == 0
    out = capsys.readouterr().out
    assert "\\x1b]0;x\\x07\\u202eeve" in out
    assert "\x1b" not in out


def test_by_url_and_key_file(api: RunningApi, capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(api.keys[Role.VIEWER])
    assert api.run("stats", "--url", api.url, "--key", tmp_path / "key") == 0
    assert "transfers   12" in capsys.readouterr().out


def test_no_service(douane: Douane, capsys: Capture) -> None:
    assert douane("stats") == 2
    assert "start it with `douane serve`" in capsys.readouterr().err


def test_what_the_service_refuses(api: RunningApi, capsys: Capture) -> None:
    assert api.run("stats", "--since", "52w", "--bucket", "1m") == 2
    assert "query.bucket" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--since", "yesterday"), ("--top", "0"), ("--by", "colour")])
def test_what_is_no_option(words: tuple[str, ...], douane: Douane, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        douane("stats", *words)
    assert words[0] in capsys.readouterr().err
