"""douane doctor on the command line."""

import json
from collections.abc import Callable, Iterator

import pytest

from douane.commands import doctor
from douane.finding import Finding, Health

Douane = Callable[..., int]
SOUND = Finding("python", Health.OK, "3.11")
ILL = Finding("clamav", Health.WARNING, "off\x1b[2J", "Turn it on\u202e.")
BROKEN = Finding("policy", Health.BROKEN, "policy.toml:3: wrong", "Correct it.")


def find(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> None:
    def examine(_: object) -> Iterator[Finding]:
        yield from findings

    monkeypatch.setattr(doctor, "examine_parts", examine)


def test_lines_and_fixes(
    douane: Douane, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find(monkeypatch, SOUND, ILL)
    assert douane("doctor") == 0, "a warning is no failure"
    assert capsys.readouterr().out == (
        "ok      python             3.11\n"
        "warning clamav             off\\x1b[2J\n"
        "                           → Turn it on\\u202e.\n"
    )


def test_something_broken_is_status_1(
    douane: Douane, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find(monkeypatch, BROKEN, SOUND)
    assert douane("doctor") == 1
    assert "BROKEN  policy             policy.toml:3: wrong\n" in capsys.readouterr().out
    assert douane("doctor", "--json") == 1
    assert json.loads(capsys.readouterr().out)["data"] == [
        {
            "part": "policy",
            "health": "broken",
            "state": "policy.toml:3: wrong",
            "fix": "Correct it.",
        },
        {"part": "python", "health": "ok", "state": "3.11", "fix": ""},
    ]


def test_on_this_machine(douane: Douane, capsys: pytest.CaptureFixture[str]) -> None:
    """For once with the real parts."""
    assert douane("doctor", "--json") == 0
    parts = {row["part"]: row for row in json.loads(capsys.readouterr().out)["data"]}
    assert parts["policy"]["health"] == "ok"
    assert parts["clamav"]["state"] == "off"
