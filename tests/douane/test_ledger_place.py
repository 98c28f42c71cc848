"""The ledger of an installation is where its settings say."""

from pathlib import Path

from douane.ledger_place import ledger_place
from douane.settings import Settings
from verdicts.ledger.access.place import LedgerPlace


def test_it_is_in_the_state(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/log.sqlite"
    settings = Settings.model_validate(
        {"state": {"directory": tmp_path}, "database": {"url": url}},
    )
    assert ledger_place(settings) == LedgerPlace(url, tmp_path / "run" / "ledger.sock", tmp_path)
