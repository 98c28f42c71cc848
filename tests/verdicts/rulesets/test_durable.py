"""What is said to be on the disk was flushed: every file, every folder, from below."""

import os
from pathlib import Path

import pytest

from verdicts.rulesets.durable import sync_folder, sync_tree


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The paths that were flushed, in order."""
    seen: list[Path] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        seen.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return seen


def test_a_tree_is_flushed_from_below(tmp_path: Path, flushed: list[Path]) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").touch(0o444)
    (tmp_path / "other").touch()
    before = len(os.listdir("/proc/self/fd"))
    sync_tree(tmp_path)
    assert len(os.listdir("/proc/self/fd")) == before
    inner = [tmp_path / "a/b/file", tmp_path / "a/b", tmp_path / "a"]
    assert [each for each in flushed if each in inner] == inner
    assert set(flushed) == {*inner, tmp_path / "other", tmp_path}
    assert flushed[-1] == tmp_path


def test_a_folder_is_flushed(tmp_path: Path, flushed: list[Path]) -> None:
    sync_folder(tmp_path)
    assert flushed == [tmp_path]


def test_what_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    for sync in (sync_tree, sync_folder):
        with pytest.raises(FileNotFoundError):
            sync(tmp_path / "none")
    (tmp_path / "link").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic links"):
        sync_tree(tmp_path)
