"""What the doctor says of sinks."""

from pathlib import Path

import pytest

from douane.doctor_sinks import examine_sinks
from douane.finding import Health
from douane.settings import Settings, StateSettings
from verdicts.delivery.settings import ExportSettings, SplunkSettings, WebhookSettings
from verdicts.ledger.event_log.sink_changes import DisableSink, MoveSink, OpenSink, SinkChange
from verdicts.ledger.event_log.sinks import apply_to_sinks
from verdicts.ledger.settings import DatabaseSettings
from verdicts.ledger.store import Writer


def settings(folder: Path) -> Settings:
    return Settings(
        state=StateSettings(directory=folder),
        database=DatabaseSettings(url=f"sqlite:///{folder}/log.sqlite"),
        export=(ExportSettings(name="file", path=str(folder / "out")),),
    )


def says(given: Settings) -> list[tuple[str, Health, str]]:
    return [(one.part, one.health, one.state) for one in examine_sinks(given)]


def test_none(tmp_path: Path) -> None:
    assert says(Settings()) == []


def test_never_started(tmp_path: Path) -> None:
    expected = [("sink file", Health.WARNING, "never started")]
    assert says(settings(tmp_path / "absent")) == expected
    assert says(settings(tmp_path)) == expected


@pytest.mark.parametrize(
    "change, health, words",
    [
        (MoveSink("file", 7, ""), Health.OK, "event 7"),
        (MoveSink("file", 7, "No space left"), Health.WARNING, "No space left"),
        (DisableSink("file", 5, "it answered 410"), Health.BROKEN, "disabled: it answered 410"),
    ],
)
def test_known(tmp_path: Path, change: SinkChange, health: Health, words: str) -> None:
    given = settings(tmp_path)
    writer = Writer(given.database.url)
    with writer.connection().begin():
        apply_to_sinks(writer.connection(), OpenSink("file"))
        apply_to_sinks(writer.connection(), change)
    writer.close()
    assert says(given) == [("sink file", health, words)]


def test_secrets(tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("hunter2 hunter3")
    bad = str(tmp_path / "bad")
    given = Settings(
        state=StateSettings(directory=tmp_path / "absent"),
        webhook=(WebhookSettings(name="hook", url="https://x.example/", secret_file=bad),),
        splunk=(SplunkSettings(name="sp", url="https://x.example/", token_file=bad),),
    )
    found = says(given)
    assert [health for _, health, _ in found] == [Health.BROKEN] * 2
    assert all(bad in words and "hunter" not in words for _, _, words in found)
