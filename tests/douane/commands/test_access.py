"""douane access: the file of ICAP clients with a password."""

import io
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from icap_server.users import read_users

TOML = '[access]\nbasic_users = "users"'
PASSWORD = "correct horse battery"  # noqa: S105 - of nobody


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def type_in(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        monkeypatch.setattr("os.isatty", lambda _: False)

    return type_in


def test_add_change_list_remove(
    douane: Callable[..., int],
    short_folder: Path,
    type_in: Callable[[str], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for password in (PASSWORD, "another one, longer"):
        type_in(f"{password}\n")
        assert douane("access", "add", "proxy-1", toml=TOML) == 0
        users = read_users(short_folder / "users")
        assert users["proxy-1"].matches(password.encode())
    assert PASSWORD not in (short_folder / "users").read_text() + capsys.readouterr().out
    assert douane("access", "list", toml=TOML) == 0
    assert capsys.readouterr().out == "proxy-1\n"
    assert douane("access", "remove", "proxy-1", toml=TOML) == 0
    assert douane("access", "remove", "proxy-1", toml=TOML) == 2
    assert read_users(short_folder / "users") == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a file to another group")
def test_what_root_makes_the_service_can_read(
    douane: Callable[..., int], short_folder: Path, type_in: Callable[[str], None]
) -> None:
    state = short_folder / "state"
    state.mkdir()
    os.chown(state, 54320, 54321)
    for password in (PASSWORD, "another one, longer"):
        type_in(password)
        assert douane("access", "add", "proxy-1", toml=TOML) == 0
        made = (short_folder / "users").stat()
        assert (made.st_uid, made.st_gid, stat.S_IMODE(made.st_mode)) == (0, 54321, 0o640)


@pytest.mark.parametrize("name, password", [("a b", PASSWORD), ("ann", "short"), ("ann", "")])
def test_refused(
    douane: Callable[..., int],
    short_folder: Path,
    type_in: Callable[[str], None],
    name: str,
    password: str,
) -> None:
    type_in(password)
    assert douane("access", "add", name, toml=TOML) == 2
    assert not (short_folder / "users").exists()


def test_at_a_terminal_it_is_asked_twice(
    douane: Callable[..., int], short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([PASSWORD, PASSWORD + "?", PASSWORD, PASSWORD])
    monkeypatch.setattr("os.isatty", lambda _: True)
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    assert douane("access", "add", "ann", toml=TOML) == 2
    assert douane("access", "add", "ann", toml=TOML) == 0
    assert list(read_users(short_folder / "users")) == ["ann"]


@pytest.mark.parametrize("words", [("add", "ann"), ("list",), ("remove", "ann")])
def test_without_the_setting_it_says_what_to_set(
    douane: Callable[..., int], capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert douane("access", *words, toml="") == 2
    assert "basic_users" in capsys.readouterr().err


def test_a_file_that_is_not_there(
    douane: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert douane("access", "list", toml=TOML) == 2
    assert "No such file" in capsys.readouterr().err
