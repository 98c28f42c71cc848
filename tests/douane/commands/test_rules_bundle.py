"""douane rules pack, keygen: a file that unpacks to the same set, signed by the key one made."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scanners.rules.manifest import ruleset_id
from verdicts.rulesets.bundle import unpack
from verdicts.rulesets.signature import read_trusted, signed_by

Douane = Callable[..., int]
RULES = Path(__file__).parents[3] / "rules"


def test_a_signed_bundle(
    douane: Douane, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, bundle, folder = short_folder / "team", short_folder / "a.tar.gz", short_folder / "a"
    assert douane("rules", "keygen", key) == 0
    assert (short_folder / "team.pem").stat().st_mode & 0o777 == 0o600
    assert "keep it to yourself" in capsys.readouterr().out
    assert douane("rules", "pack", "-o", bundle, "--key", f"{key}.pem") == 0
    assert capsys.readouterr().out == f"rule set {ruleset_id(RULES)} is in {bundle}, signed\n"
    with bundle.open("rb") as file:
        unpack(file, folder)
    assert ruleset_id(folder) == ruleset_id(RULES)
    assert signed_by(folder, read_trusted([Path(f"{key}.pub")])) == "team"
    assert douane("rules", "pack", folder, "-o", bundle) == 0
    assert capsys.readouterr().out == f"rule set {ruleset_id(RULES)} is in {bundle}\n"


def test_keys_are_never_replaced(
    douane: Douane, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (short_folder / "team.pem").write_text("mine")
    assert douane("rules", "keygen", short_folder / "team") == 2
    assert "File exists" in capsys.readouterr().err
    assert (short_folder / "team.pem").read_text() == "mine"
    assert not (short_folder / "team.pub").exists()


def test_what_cannot_be_packed(
    douane: Douane, short_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = short_folder / "x"
    assert douane("rules", "pack", short_folder / "none", "-o", target) == 2
    assert "is no rule set" in capsys.readouterr().err
    assert douane("rules", "pack", "-o", target, "--key", short_folder / "none") == 2
    assert "cannot be read" in capsys.readouterr().err
    assert not target.exists()
