"""Keys as the command line and the supervisor make them, with and without a running ledger."""

import asyncio
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from verdicts.ledger.access.key_table import find_key
from verdicts.ledger.access.keys import (
    create_key,
    ensure_admin_key,
    list_keys,
    revoke_key,
)
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Reader
from verdicts.record import microseconds

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def where(url: str, place: Path, tmp_path: Path) -> LedgerPlace:
    return LedgerPlace(url, place, tmp_path)


def role_of(where: LedgerPlace, key: str) -> Role | None:
    """Return what the API would let this key do now."""
    reader = Reader(where.url)
    with reader.connect() as connection:
        found = find_key(connection, key)
    reader.close()
    return found.role if found and found.valid(microseconds(NOW)) else None


def make_and_revoke(where: LedgerPlace) -> None:
    keys = [create_key(where, role.value, role, NOW) for role in Role]
    brief = create_key(where, "brief", Role.ADMIN, NOW, timedelta(0))
    assert [role_of(where, key) for key in keys] == list(Role)
    assert role_of(where, brief) is None
    assert all(key.startswith("dk_") and len(key) == 46 for key in keys)
    assert [key.name for key in list_keys(where)].count("viewer") == 1
    assert revoke_key(where, keys[0][:11], NOW)
    assert not revoke_key(where, keys[0][:11], NOW)
    assert [role_of(where, key) for key in keys] == [None, Role.ANALYST, Role.ADMIN]


def test_without_a_ledger(where: LedgerPlace) -> None:
    make_and_revoke(where)


@pytest.mark.usefixtures("ledger")
async def test_through_the_ledger(where: LedgerPlace) -> None:
    await asyncio.to_thread(make_and_revoke, where)


def test_no_keys_yet(where: LedgerPlace) -> None:
    assert list_keys(where) == []


def test_first_admin_key(where: LedgerPlace, tmp_path: Path) -> None:
    path = ensure_admin_key(where, NOW)
    assert path == tmp_path / "admin.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key = path.read_text().strip()
    assert role_of(where, key) is Role.ADMIN
    assert ensure_admin_key(where, NOW) == path
    assert path.read_text().strip() == key
    assert len(list_keys(where)) == 1
    assert sorted(one.name for one in tmp_path.glob("admin*")) == ["admin.key"]


def test_deleted_file_stays_deleted(where: LedgerPlace, tmp_path: Path) -> None:
    ensure_admin_key(where, NOW).unlink()
    ensure_admin_key(where, NOW)
    assert not (tmp_path / "admin.key").exists()
    assert len(list_keys(where)) == 1


def test_new_database_learns_the_old_key(where: LedgerPlace, tmp_path: Path) -> None:
    path = ensure_admin_key(where, NOW)
    fresh = LedgerPlace(f"sqlite:///{tmp_path}/fresh.sqlite", where.socket, tmp_path)
    ensure_admin_key(fresh, NOW)
    assert role_of(fresh, path.read_text().strip()) is Role.ADMIN


def test_revoked_admin_key_is_not_revived(where: LedgerPlace, tmp_path: Path) -> None:
    key = ensure_admin_key(where, NOW).read_text().strip()
    revoke_key(where, key[:11], NOW)
    ensure_admin_key(where, NOW)
    assert role_of(where, key) is None
