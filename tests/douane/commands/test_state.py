"""douane state: backup, check and restore, as an administrator uses them."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

Douane = Callable[..., int]


@pytest.fixture
def copy(douane: Douane, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert douane("keys", "create", "soc") == 0
    folder = tmp_path / "monday"
    assert douane("state", "backup", str(folder)) == 0
    assert f"the state is in {folder}" in capsys.readouterr().out
    return folder


def test_backup_check_restore(
    douane: Douane, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("state", "check") == 0
    assert douane("state", "check", str(copy)) == 0
    assert capsys.readouterr().out == "all is well\n" * 2
    assert douane("state", "restore", str(copy)) == 0
    shown = capsys.readouterr().out
    assert "is as it was when the copy was made" in shown
    assert ".before-1" in shown


def test_a_changed_copy_is_named(
    douane: Douane, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "evil\x1b]0;x.key").write_text("")
    assert douane("state", "check", str(copy), "--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert len(report["problems"]) == 1
    assert douane("state", "check", str(copy)) == 1
    assert "\x1b" not in capsys.readouterr().out
    assert douane("state", "restore", str(copy)) == 2
    shown = capsys.readouterr().err
    assert "cannot be trusted" in shown
    assert "\x1b" not in shown


def test_backups_do_not_write_over_each_other(
    douane: Douane, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("state", "backup", str(copy)) == 2
    assert "name a new folder" in capsys.readouterr().err


def test_a_user_is_forgotten(
    douane: Douane, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert douane("state", "forget", "ann\x1b[2J") == 2
    shown = capsys.readouterr().out
    assert "nothing was deleted" in shown
    assert "\x1b" not in shown
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert douane("state", "forget", "ann") == 0
    first = capsys.readouterr().out
    assert douane("state", "forget", "ann", "--yes") == 0
    assert capsys.readouterr().out == first.partition("[y/N] ")[2]
    assert "the audit calls them p-" in first


def test_copies_are_in_the_audit_and_keys_that_come_back_are_told(
    douane: Douane, copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def actions() -> list[str]:
        capsys.readouterr()
        assert douane("audit", "list", "--json") == 0
        return [row["action"] for row in json.loads(capsys.readouterr().out)["data"]]

    assert douane("keys", "list", "--json") == 0
    (key,) = json.loads(capsys.readouterr().out)["data"]
    assert douane("keys", "revoke", key["prefix"]) == 0
    assert actions() == ["key.revoked", "state.copied", "key.created"]
    assert douane("state", "restore", str(copy)) == 0
    assert f"douane keys revoke {key['prefix']}" in capsys.readouterr().out
    assert actions() == ["state.restored", "key.created"]
    assert douane("audit", "verify") == 0
    assert "nothing wrong" in capsys.readouterr().out
    assert douane("state", "restore", str(copy)) == 0
    assert "counts again" not in capsys.readouterr().out
