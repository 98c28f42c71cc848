"""All hashes of a rule set: both lists and ClamAV's, by what is in force on a day."""

import hashlib
from datetime import date
from pathlib import Path

import pytest

from scanners import blocked_hashes as module
from scanners.blocked_hashes import BlockedHash, blocked_hashes

ONE, TWO, THREE, FOUR = (hashlib.sha256(bytes([n])).hexdigest() for n in range(4))
TODAY = date(2027, 1, 31)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "clamav").mkdir()
    return tmp_path


def test_own_list_and_clamav(folder: Path) -> None:
    (folder / "blocked.txt").write_text(f"{ONE} never alice why\n{TWO} 2027-01-31 a expired\n")
    (folder / "clamav" / "a.hsb").write_text(
        f"# comment\n{THREE.upper()}:*:Douane.Worm.Three:73\n{FOUR}:77:Douane.Worm.Four\n"
        f"{ONE[:40]}:5:Douane.Worm.Sha1\n{TWO}:x:No.Number\n{TWO}\n\n"
    )
    (folder / "clamav" / "a.hdb").write_text(f"{TWO}:5:Douane.Worm.Other\n")
    assert blocked_hashes(folder, TODAY) == {
        ONE: BlockedHash(None, f"Blocked.{ONE[:16]}", "why (alice)"),
        THREE: BlockedHash(None, "Douane.Worm.Three", "ClamAV signature of a.hsb"),
        FOUR: BlockedHash(77, "Douane.Worm.Four", "ClamAV signature of a.hsb"),
    }


def test_what_is_allowed_is_not_blocked_but_by_the_own_list(folder: Path) -> None:
    (folder / "clamav" / "a.hsb").write_text(f"{ONE}:*:D.A.B:73\n{TWO}:*:D.A.C:73\n")
    (folder / "allowed.txt").write_text(
        f"{ONE} never a r\n{TWO} 2027-01-31 a r\n{THREE} never a r\n"
    )
    (folder / "blocked.txt").write_text(f"{THREE} never a r\n")
    assert set(blocked_hashes(folder, TODAY)) == {TWO, THREE}
    assert set(blocked_hashes(folder, date(2027, 1, 30))) == {THREE}


def test_hostile_lines_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_HASHES", 2)
    lines = [f"{n:064x}:*:D.A.B\n" for n in range(5)]
    (folder / "clamav" / "a.hsb").write_bytes(b"\xff" * 100_000 + b"\n" + "".join(lines).encode())
    assert set(blocked_hashes(folder, TODAY)) == {f"{n:064x}" for n in range(2)}


def test_the_shipped_set_is_read(rules: Path) -> None:
    known = blocked_hashes(rules, TODAY)
    assert all(one.name.startswith("Douane.") for one in known.values())


def test_an_empty_folder_blocks_nothing(tmp_path: Path) -> None:
    assert blocked_hashes(tmp_path, TODAY) == {}
