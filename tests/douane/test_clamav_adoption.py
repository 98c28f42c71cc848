"""Signatures of another rule set beside those of before, and without them, in a real clamd."""

import io
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import clamd
import pytest

from douane.clamav import ClamavDaemon, SignaturesNotLoaded
from douane.settings_file import load_settings

pytestmark = pytest.mark.server
Write = Callable[[str], Path]


def signature(name: str, text: str) -> str:
    return f"Douane.Test.{name}:0:*:{text.encode().hex()}\n"


@pytest.fixture
def sets(short_folder: Path) -> dict[str, Path]:
    """Two sets that find different things, in a file of the same name and in files of their own."""
    made = {}
    for word in ("old", "new"):
        folder = short_folder / word / "clamav"
        folder.mkdir(parents=True)
        (folder / "both.ndb").write_text(signature(f"{word.title()}Both", f"{word} of both"))
        (folder / f"{word}.ndb").write_text(signature(word.title(), f"{word} alone"))
        (folder / "same.ndb").write_text(signature("Same", "the same"))
        made[word] = folder
    return made


@pytest.fixture
async def daemon(write: Write, short_folder: Path, sets: object) -> AsyncIterator[ClamavDaemon]:
    text = f'[rules]\ndirectory = "old"\n[clamav]\nofficial_database = "{short_folder}/none"'
    daemon = ClamavDaemon(load_settings(write(text)).settings)
    child = daemon.child()
    assert child is not None
    child.start()
    await child.wait_ready(60)
    yield daemon
    await child.stop()


def found(daemon: ClamavDaemon) -> set[str]:
    """Return which of all texts clamd finds."""
    texts = ("old of both", "old alone", "new of both", "new alone", "the same")
    client = clamd.ClamdUnixSocket(daemon.socket)
    return {text for text in texts if client.instream(io.BytesIO(text.encode()))["stream"][1]}


OLD = {"old of both", "old alone", "the same"}
NEW = {"new of both", "new alone", "the same"}


async def test_nothing_is_missed_between_two_sets(
    daemon: ClamavDaemon, sets: dict[str, Path]
) -> None:
    assert found(daemon) == OLD
    daemon.adopt(sets["new"])
    assert found(daemon) == OLD | NEW
    daemon.adopt(sets["new"])
    daemon.forget_formers()
    assert found(daemon) == NEW
    daemon.forget_formers()
    daemon.adopt(sets["old"])
    assert found(daemon) == OLD | NEW
    daemon.forget_formers()
    assert found(daemon) == OLD


async def test_a_third_set_before_the_first_is_forgotten(
    daemon: ClamavDaemon, sets: dict[str, Path], short_folder: Path
) -> None:
    third = short_folder / "third" / "clamav"
    third.mkdir(parents=True)
    (third / "same.ndb").write_text(signature("Same", "the same"))
    daemon.adopt(sets["new"])
    daemon.adopt(third)
    assert found(daemon) == OLD | NEW
    daemon.forget_formers()
    assert found(daemon) == {"the same"}


async def test_signatures_that_do_not_load_leave_those_of_before(
    daemon: ClamavDaemon, sets: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("douane.clamav.RELOAD_SECONDS", 0.5)
    (sets["new"] / "broken.ndb").write_text("no signature\n")
    with pytest.raises(SignaturesNotLoaded, match="did not load"):
        daemon.adopt(sets["new"])
    assert daemon.look() != ""
    assert found(daemon) == OLD


async def test_a_set_with_which_clamd_could_not_start(
    daemon: ClamavDaemon, short_folder: Path
) -> None:
    """It would live on what is left of the former one, until clamd ends once."""
    with pytest.raises(SignaturesNotLoaded, match="at least one signature"):
        daemon.adopt(short_folder / "none" / "clamav")
    assert found(daemon) == OLD


async def test_a_clamd_that_is_away_starts_with_both(
    daemon: ClamavDaemon, sets: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(daemon, "socket", str(sets["new"] / "no.sock"))
        daemon.adopt(sets["new"])
    assert daemon.look() == "" or found(daemon) == OLD | NEW
