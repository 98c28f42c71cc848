"""douane keys: on a fresh state, without a running service."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Douane = Callable[..., int]


@pytest.fixture
def created(douane: Douane, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Create a key and return it."""

    def create(*words: str) -> str:
        assert douane("keys", "create", *words) == 0
        return capsys.readouterr().out.strip()

    return create


@pytest.fixture
def listed(
    douane: Douane, capsys: pytest.CaptureFixture[str]
) -> Callable[[], list[dict[str, Any]]]:
    def read() -> list[dict[str, Any]]:
        assert douane("keys", "list", "--json") == 0
        return list(json.loads(capsys.readouterr().out)["data"])

    return read


def test_create_list_revoke(
    douane: Douane,
    created: Callable[..., str],
    listed: Callable[[], list[dict[str, Any]]],
    short_folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key = created("soc", "--role", "analyst", "--expires", "30d")
    assert key.startswith("dk_")
    (row,) = listed()
    assert (row["name"], row["role"], row["revoked"]) == ("soc", "analyst", None)
    assert key.startswith(row["prefix"])
    assert row["created"] < row["expires"]
    secret = key[len(row["prefix"]) :]
    for path in (short_folder / "state").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes()

    assert douane("keys", "revoke", row["prefix"]) == 0
    assert capsys.readouterr().out == f"revoked {row['prefix']}\n"
    assert listed()[0]["revoked"] is not None
    assert douane("keys", "revoke", row["prefix"]) == 2
    assert "there is no valid key" in capsys.readouterr().out


def test_the_table_prints_no_name_raw(
    douane: Douane, created: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    created("\x1b[2J\u202eevil")
    created("plain")
    assert douane("keys", "list") == 0
    heading, *rows = capsys.readouterr().out.splitlines()
    assert heading.split() == "PREFIX ROLE CREATED EXPIRES LAST-USED STATE SCOPES NAME".split()
    assert [row.split()[5:7] for row in rows] == [["valid", "all"]] * 2
    assert "\\x1b[2J\\u202eevil" in rows[0]
    assert "never" in rows[1]


def test_no_keys_yet(douane: Douane, capsys: pytest.CaptureFixture[str]) -> None:
    assert douane("keys", "list") == 0
    assert capsys.readouterr().out.count("\n") == 1


@pytest.mark.parametrize(
    "days", ["0d", "-1d", "36501d", "x", "30", "99999999999999d", "99999w", "1d\n", "٣d"]
)
def test_impossible_days_are_refused(
    douane: Douane, days: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        douane("keys", "create", "x", "--expires", days)
    assert ended.value.code == 2
    assert "--expires" in capsys.readouterr().err


def test_the_state_is_private(created: Callable[..., str], short_folder: Path) -> None:
    created("x")
    assert (short_folder / "state").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["command line", "Douane  Serve", "\uff43ommand line"])
def test_names_of_the_audit_are_taken(
    douane: Douane, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    with pytest.raises(SystemExit):
        douane("keys", "create", name)
    assert "take another name" in capsys.readouterr().err
