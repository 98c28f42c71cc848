"""douane audit: what the command line did itself, and what somebody did to the record."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Douane = Callable[..., int]


@pytest.fixture
def said(douane: Douane, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command; return its exit status and what it printed."""

    def run(*words: str) -> tuple[int, str, str]:
        status = douane(*words)
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def database(said: Callable[..., Any], short_folder: Path) -> Path:
    """Two keys are made, and one is revoked."""
    said("keys", "create", "soc\x1b]0;x\x07")
    key = said("keys", "create", "second", "--role", "admin", "--scopes", "keys")[1]
    said("keys", "revoke", key[:11])
    return short_folder / "state" / "douane.sqlite"


def tamper(database: Path, statement: str) -> None:
    with sqlite3.connect(database) as connection:
        for trigger in ("audit_is_not_changed", "audit_is_not_deleted"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(statement)
    connection.close()


def test_the_command_line_is_audited(said: Callable[..., Any], database: Path) -> None:
    status, out, _ = said("audit", "list", "--json")
    rows = json.loads(out)["data"]
    assert status == 0
    assert [row["action"] for row in rows] == ["key.revoked", "key.created", "key.created"]
    assert {row["actor"] for row in rows} == {"command line"}
    assert rows[0]["credential"].startswith("uid ")
    assert rows[1]["after"]["scopes"] == ["keys"]
    assert rows[0]["about"] == rows[1]["about"] == rows[1]["after"]["prefix"]


def test_list(said: Callable[..., Any], database: Path) -> None:
    _, out, _ = said("audit", "list", "--action", "key.created", "--limit", "1")
    assert [line.split()[0] for line in out.splitlines()] == ["ID", "2"]
    assert "\x1b" not in said("audit", "list")[1]


def test_untouched(said: Callable[..., Any], database: Path) -> None:
    status, out, err = said("audit", "verify")
    first, last = out.splitlines()
    assert (status, first, err) == (0, "3 rows, nothing wrong", "")
    noted = last.removeprefix("last row: ")
    assert noted.startswith("3:")
    said("keys", "create", "third")
    assert said("audit", "verify", "--witness", noted)[0] == 0
    assert json.loads(said("audit", "verify", "--json")[1])["ok"] is True


@pytest.mark.parametrize(
    "statement, problem",
    [
        ("UPDATE audit SET actor = 'nobody' WHERE id = 2", "row 2 was changed"),
        ("DELETE FROM audit WHERE id = 2", "missing before row 3: 2"),
        ("DELETE FROM audit WHERE id = 3", "cut off at the end: 3 to 3"),
    ],
)
def test_tampered(said: Callable[..., Any], database: Path, statement: str, problem: str) -> None:
    noted = said("audit", "verify")[1].split()[-1]
    tamper(database, statement)
    status, out, err = said("audit", "verify", "--witness", noted)
    assert status == 1
    assert problem in err
    assert "not as it was written" in out
    document = json.loads(said("audit", "verify", "--json")[1])
    assert (document["ok"], document["last"]["id"] > 0) == (False, True)


def test_without_its_key(
    said: Callable[..., Any], database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (database.parent / "audit.key").unlink()
    assert said("audit", "verify")[0] == 2


@pytest.mark.parametrize(
    "words",
    [("list", "--limit", "0"), ("verify", "--witness", "1:ab"), ("verify", "--witness", "")],
)
def test_impossible_words(douane: Douane, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        douane("audit", *words)
    assert ended.value.code == 2
