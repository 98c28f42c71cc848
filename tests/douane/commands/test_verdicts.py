"""douane verdicts against a running API."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from douane.client import Client
from douane.client_models import VerdictModel
from douane.commands.verdicts import follow
from tests.douane.running_api import NAME, RunningApi, record, running_api
from verdicts.ledger.questions import Role
from verdicts.model import VerdictRecord, utc_now

Douane = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOUANE_KEY", raising=False)


@pytest.fixture(scope="module")
def api() -> Iterator[RunningApi]:
    """Nothing is written into its log by any test."""
    with running_api(30) as running:
        yield running


def now(number: int) -> VerdictRecord:
    """A transfer of this moment."""
    made = record(number)
    return replace(made, transfer=replace(made.transfer, received_at=utc_now()))


def test_a_line_each_newest_first(api: RunningApi, capsys: Capture) -> None:
    assert api.run("verdicts") == 0
    out = capsys.readouterr().out
    lines = out.splitlines()
    assert len(lines) == 20
    assert [line.split()[0][-2:] for line in lines[:3]] == ["00", "01", "02"]
    assert "\x1b" not in out
    assert "\\u202egpj.exe\\x1b[2J" in lines[1]
    assert lines[1].endswith("signature.yara Worm_X, unscanned.engine_down")


@pytest.mark.parametrize(
    "words, numbers",
    [
        (("--action", "block", "--limit", "2"), [1, 3]),
        (("--level", "clean", "--sort", "time", "--limit", "1"), [28]),
        (("--file-url", "https://im.example/*", "--limit", "1"), [0]),
        (("--file-name", "plain*", "--user", "ann", "--limit", "1"), [0]),
        (("--enforced", "false"), []),
        (("--since", "20m", "--client-ip", "192.0.2.7"), [0, 1]),
        (("--until", "290m", "--reason", "engine_down"), [29]),
    ],
)
def test_filters(
    words: tuple[str, ...], numbers: list[int], api: RunningApi, capsys: Capture
) -> None:
    assert api.run("verdicts", "--json", *words) == 0
    rows = list(map(json.loads, capsys.readouterr().out.splitlines()))
    assert [int(row["id"][-12:], 16) for row in rows] == numbers


def test_a_table_for_spreadsheets(api: RunningApi, capsys: Capture) -> None:
    assert api.run("verdicts", "--csv", "--action", "block") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert len(rows) == 15
    assert rows[0]["file_name"] == "\u202egpj.exe\\x1b[2J"


def test_a_table_on_a_terminal_turns_nothing(
    api: RunningApi, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert api.run("verdicts", "--csv", "--action", "block") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 16
    assert "\\u202egpj.exe" in lines[1]
    assert all(line.isprintable() for line in lines)


def test_one_is_explained(api: RunningApi, capsys: Capture) -> None:
    assert api.run("verdicts", "show", record(3).transfer.id) == 0
    out = capsys.readouterr().out
    assert out.startswith("block (malicious): signature.yara Worm_X, unscanned.engine_down\n")
    assert "ruling      block by clause clause" in out
    assert "user        ann" in out
    assert "https://im.example/a (telegram)" in out
    assert NAME not in out


def test_one_for_programs(api: RunningApi, capsys: Capture) -> None:
    assert api.run("verdicts", "show", "--json", record(3).transfer.id) == 0
    assert json.loads(capsys.readouterr().out)["file_name"] == NAME


@pytest.mark.parametrize(
    "words, said",
    [
        (("show", "0192f3a4-0000-7000-8000-ffffffffffff"), "no verdict of this id"),
        (("show", "../../keys"), "letters, digits and hyphens"),
        (("--level", "bad"), "query.level"),
        (("--follow", "--csv"), "--follow takes no"),
    ],
)
def test_what_cannot_be_shown(
    words: tuple[str, ...], said: str, api: RunningApi, capsys: Capture
) -> None:
    assert api.run("verdicts", *words) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_no_service(douane: Douane, capsys: Capture) -> None:
    assert douane("verdicts", "show", "x") == 2
    assert "start it with `douane serve`" in capsys.readouterr().err


def test_following_tells_of_each_once() -> None:
    """Also of one that came into the log late, behind newer ones."""
    told: list[list[int]] = []
    late = now(52)
    late = replace(
        late, transfer=replace(late.transfer, received_at=utc_now() - timedelta(seconds=3))
    )
    arrivals = iter([[now(50), now(51)], [late], []])

    def tell(new: list[VerdictModel]) -> None:
        told.append([int(verdict.id[-12:], 16) for verdict in new])

    with running_api(3) as own, Client(own.url, own.keys[Role.VIEWER]) as client:
        follow(
            client,
            {},
            list(client.verdicts(limit=2)),
            tell,
            sleep=lambda _: own.write(*next(arrivals)),
            looks=[None] * 3,
        )
    assert told == [[], [50, 51], [52]]


def test_following_begins_with_what_is_shown(
    api: RunningApi, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("douane.commands.verdicts.follow", interrupted)
    assert api.run("verdicts", "--follow", "--limit", "2") == 130
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0][-2:] for line in lines] == ["01", "00"]
