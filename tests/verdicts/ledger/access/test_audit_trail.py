"""The key and the head of the audit: made once, private, and never made up."""

import stat
from pathlib import Path

import pytest

from verdicts.ledger.access.audit_trail import AuditKeyUnusable, AuditTrail, Link, log_link

LINK = Link(7, b"\xff" * 32)


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    first, second = AuditTrail(tmp_path), AuditTrail(tmp_path)
    first.ensure_key()
    second.ensure_key()
    assert first.hash(b"a", b"b") == second.hash(b"a", b"b") != second.hash(b"a", b"c")
    assert [one.name for one in tmp_path.iterdir()] == ["audit.key"]
    assert stat.S_IMODE((tmp_path / "audit.key").stat().st_mode) == 0o600


def test_two_that_start_at_once_end_with_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = AuditTrail(tmp_path)
    first.ensure_key()
    monkeypatch.setattr(Path, "exists", lambda _: False)
    second = AuditTrail(tmp_path)
    second.ensure_key()
    assert first.hash(b"", b"") == second.hash(b"", b"")


@pytest.mark.parametrize("content", ["", "abcd", "zz" * 32, "é"])
def test_a_key_that_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "audit.key").write_text(content)
    trail = AuditTrail(tmp_path)
    trail.ensure_key()
    with pytest.raises(AuditKeyUnusable, match="backup"):
        trail.hash(b"", b"")


def test_the_head_is_kept(tmp_path: Path) -> None:
    told: list[Link] = []
    trail = AuditTrail(tmp_path, told.append)
    assert trail.head() is None
    trail.keep(Link(6, bytes(32)))
    trail.keep(LINK)
    assert AuditTrail(tmp_path).head() == LINK
    assert told == [Link(6, bytes(32)), LINK]
    assert [one.name for one in tmp_path.iterdir()] == ["audit.head"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"id": "x", "hash": ""}', "x" * 9999])
def test_a_head_that_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "audit.head").write_text(content)
    assert AuditTrail(tmp_path).head() is None


def test_a_head_that_cannot_be_kept_fails_nothing(tmp_path: Path) -> None:
    AuditTrail(tmp_path / "absent").keep(LINK)
    (tmp_path / "audit.head").mkdir()
    AuditTrail(tmp_path).keep(LINK)
    assert [one.name for one in tmp_path.iterdir()] == ["audit.head"]


def test_the_log_is_a_witness(capsys: pytest.CaptureFixture[str]) -> None:
    log_link(LINK)
    assert "ff" * 32 in capsys.readouterr().out
