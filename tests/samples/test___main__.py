"""Writing the specimens to a folder."""

from pathlib import Path

import pytest

from samples.__main__ import main
from samples.catalogue import specimens
from samples.test_file import eicar, eicar_specimens


def test_eicar_is_left_out_unless_wanted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "new")]) == 0
    written = {path.name for path in (tmp_path / "new").iterdir()}
    assert written == {s.name for s in specimens()} - {s.name for s in eicar_specimens()}
    assert "--with-eicar" in capsys.readouterr().out


def test_eicar_is_written_when_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--with-eicar"]) == 0
    assert (tmp_path / "eicar.com").read_bytes() == eicar()
    assert f"{len(specimens())} specimens" in capsys.readouterr().out


def test_nothing_to_do_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "say where" in capsys.readouterr().err


def test_the_manifest_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("samples.__main__.MANIFEST", tmp_path / "manifest.toml")
    assert main(["--manifest"]) == 0
    assert (tmp_path / "manifest.toml").read_text("utf-8").count("[[specimen]]") == len(specimens())
    assert "lists" in capsys.readouterr().out
