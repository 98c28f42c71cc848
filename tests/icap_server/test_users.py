"""The file of users: what is read, what is refused, and what is written."""

import os
import stat
from pathlib import Path

import pytest

from icap_server.users import (
    NO_USER,
    HashedPassword,
    UsersUnusable,
    check_name,
    read_users,
    write_users,
)

# RFC 7914 §12, third row: scrypt("pleaseletmein", "SodiumChloride", N=16384, r=8, p=1), 32 bytes
SALT = "U29kaXVtQ2hsb3JpZGU"
KNOWN = f"$scrypt$ln=14,r=8,p=1${SALT}$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI"
WRONG = [
    ("ann", "is not name:"),
    ("ann:secret", "is not name:"),
    ("ann:$6$salt$hash", "is not name:"),
    (f":{KNOWN}", "a name has"),
    (f"a b:{KNOWN}", "a name has"),
    ("ann:" + KNOWN.replace("ln=14", "ln=18"), "more work"),
    ("ann:" + KNOWN.replace("ln=14", "ln=0"), "more work"),
    ("ann:" + KNOWN.replace("r=8", "r=9"), "more work"),
    ("ann:" + KNOWN.replace("p=1", "p=5"), "more work"),
    (f"ann:$scrypt$ln=14,r=8,p=1${SALT}$QUJD", "too short"),
    (f"ann:$scrypt$ln=14,r=8,p=1${SALT}$AAAAA", "not base64"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users"


def test_a_hash_of_another_program() -> None:
    hashed = HashedPassword.parse(KNOWN)
    assert str(hashed) == KNOWN
    assert hashed.matches(b"pleaseletmein")
    assert not hashed.matches(b"pleaseletmeim")
    assert not hashed.matches(b"")


def test_each_hash_has_a_salt_of_its_own() -> None:
    first, second = HashedPassword.of("same"), HashedPassword.of("same")
    assert first.salt != second.salt
    assert first.digest != second.digest
    assert HashedPassword.parse(str(first)).matches(b"same")


def test_no_password_is_that_of_nobody() -> None:
    assert not NO_USER.matches(b"")
    same = HashedPassword(NO_USER.work, NO_USER.salt, HashedPassword.of("x").digest)
    assert not same.matches(b"x"), "another salt"


def test_users_are_read_and_written(path: Path) -> None:
    path.write_text(f"# proxies\n\nann:{KNOWN}\nbüro-2:{KNOWN}\n", "utf-8")
    users = read_users(path)
    assert list(users) == ["ann", "büro-2"]
    write_users(path, users)
    assert read_users(path) == users


@pytest.mark.parametrize("line, words", WRONG)
def test_a_wrong_line_is_named(path: Path, line: str, words: str) -> None:
    path.write_text(f"ann:{KNOWN}\n{line}\n")
    with pytest.raises(UsersUnusable, match=words) as caught:
        read_users(path)
    assert f"[access] basic_users: {path}:2: " in str(caught.value)
    assert "pleaseletmein" not in str(caught.value)


def test_no_file_and_no_text(path: Path) -> None:
    with pytest.raises(UsersUnusable, match="No such file"):
        read_users(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsersUnusable, match="not UTF-8"):
        read_users(path)


def test_a_new_file_is_its_owners_alone_and_an_old_one_is_never_opened_to_more(path: Path) -> None:
    write_users(path, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for before, after in ((0o640, 0o640), (0o666, 0o640)):
        path.chmod(before)
        write_users(path, {"ann": HashedPassword.parse(KNOWN)})
        assert stat.S_IMODE(path.stat().st_mode) == after
    assert [entry.name for entry in path.parent.iterdir()] == ["users"], "nothing is left over"


def test_a_new_file_may_be_for_a_group_as_well(path: Path) -> None:
    group = 54321 if os.geteuid() == 0 else os.getgid()
    write_users(path, {}, group)
    assert (path.stat().st_gid, stat.S_IMODE(path.stat().st_mode)) == (group, 0o640)
    assert path.stat().st_uid == os.geteuid(), "that group must not change it"


def test_a_file_is_read_whole_or_not_at_all(path: Path) -> None:
    line = f"ann:{KNOWN}\n"
    path.write_text("#" * (1024 * 1024 - len(line) - 1) + "\n" + line)
    assert list(read_users(path)) == ["ann"]
    path.write_text("#" * (1024 * 1024 - len(line)) + "\n" + line)
    with pytest.raises(UsersUnusable, match="users: more than 1 MiB"):
        read_users(path)


def test_a_file_that_cannot_be_written_is_left_as_it_was(path: Path) -> None:
    write_users(path, {"ann": HashedPassword.parse(KNOWN)})
    with pytest.raises(UnicodeEncodeError):
        write_users(path, {"\ud800": HashedPassword.parse(KNOWN)})
    assert list(read_users(path)) == ["ann"]
    assert [entry.name for entry in path.parent.iterdir()] == ["users"]


@pytest.mark.parametrize("name", ["", "a:b", "a b", "a\tb", "a\nb", "\x7f", "x" * 65])
def test_names_that_cannot_be_told_apart_from_passwords(name: str) -> None:
    with pytest.raises(ValueError, match="a name has"):
        check_name(name)
