"""A key of marks: made once, private, and never less than it should be."""

from pathlib import Path

import pytest

from scanners.secret import SHORTEST, ensure_secret, read_secret


def test_it_is_made_once_and_private(tmp_path: Path) -> None:
    path = ensure_secret(tmp_path)
    assert path == tmp_path / "password.key"
    assert path.stat().st_mode & 0o777 == 0o600
    secret = read_secret(path)
    assert len(secret) >= 2 * SHORTEST
    assert read_secret(ensure_secret(tmp_path)) == secret
    assert [one.name for one in tmp_path.iterdir()] == ["password.key"]


def test_two_states_have_two_keys(tmp_path: Path) -> None:
    keys = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        keys.add(read_secret(ensure_secret(tmp_path / name)))
    assert len(keys) == 2


def test_without_a_file_it_is_random(tmp_path: Path) -> None:
    assert read_secret(None) != read_secret(tmp_path / "none")
    assert len(read_secret(None)) >= SHORTEST


def test_what_is_too_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password.key"
    path.write_text("short\n")
    with pytest.raises(ValueError, match=r"password\.key is no key"):
        read_secret(path)
