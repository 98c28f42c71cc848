"""Copies of the state: whole, private, checked before they are believed; and put back."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from douane.ledger_place import ledger_place
from douane.settings import SHIPPED_RULES, Settings
from douane.state import lock_state, make_state
from douane.state_copy import (
    DATABASE,
    MANIFEST,
    StateError,
    back_up,
    copy_faults,
    restore,
    state_faults,
)
from verdicts.ledger.access.audit import verify
from verdicts.ledger.access.audit_trail import AuditTrail
from verdicts.ledger.access.keys import ADMIN_KEY_FILE, create_key, ensure_admin_key, list_keys
from verdicts.ledger.journal import JOURNAL_FILE, Journal
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Reader
from verdicts.model import utc_now
from verdicts.rulesets.store import Store


def quiet(_what: str, done: int, total: int) -> None:
    assert 0 <= done <= total


@pytest.fixture
def state(settings: Settings) -> Path:
    """A state with a log, a key and a rule set."""
    make_state(settings)
    folder = settings.state.directory
    ensure_admin_key(ledger_place(settings), utc_now())
    Store(settings.rulesets_directory).take_in(SHIPPED_RULES, author="a", note="", origin="")
    (settings.spool_directory / "body").write_text("half a file")
    return folder


@pytest.fixture
def copy(settings: Settings, state: Path, tmp_path: Path) -> Path:
    target = tmp_path / "copy"
    assert back_up(settings, target, quiet) == []
    return target


def test_a_copy_is_whole_and_private(copy: Path, settings: Settings) -> None:
    assert list(copy_faults(copy)) == []
    assert not {"run", "spool"} & {one.name for one in copy.iterdir()}
    assert {DATABASE, MANIFEST, ADMIN_KEY_FILE, "rulesets"} <= {o.name for o in copy.iterdir()}
    for one in (copy, *copy.rglob("*")):
        assert one.stat().st_mode & 0o077 == 0, one
    (stored,) = Store(copy / "rulesets").all()
    Store(copy / "rulesets").verify(stored.id)


def test_a_copy_takes_the_place_of_the_state(copy: Path, settings: Settings, state: Path) -> None:
    keys = list_keys(ledger_place(settings))
    (state / ADMIN_KEY_FILE).write_text("changed since")
    former = restore(settings, copy, quiet)
    assert former is not None
    assert (former / ADMIN_KEY_FILE).read_text() == "changed since"
    assert (state / ADMIN_KEY_FILE).read_text() == (copy / ADMIN_KEY_FILE).read_text()
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert list_keys(ledger_place(settings)) == keys
    assert list(state_faults(settings)) == []


def test_a_copy_becomes_the_state_of_another_machine(
    copy: Path, settings: Settings, state: Path
) -> None:
    shutil.rmtree(state)
    assert restore(settings, copy, quiet) is None
    assert list(state_faults(settings)) == []


def test_not_under_a_running_service(copy: Path, settings: Settings, state: Path) -> None:
    lock = lock_state(settings)
    with pytest.raises(StateError, match="stop it first"):
        restore(settings, copy, quiet)
    os.close(lock)


def changed(copy: Path) -> None:
    (copy / ADMIN_KEY_FILE).write_text("dk_of_somebody_else")


def added(copy: Path) -> None:
    (copy / "more.key").write_text("")


def taken(copy: Path) -> None:
    (copy / ADMIN_KEY_FILE).unlink()


def unfinished(copy: Path) -> None:
    (copy / MANIFEST).unlink()


def linked(copy: Path) -> None:
    (copy / ADMIN_KEY_FILE).unlink()
    (copy / ADMIN_KEY_FILE).symlink_to("/etc/passwd")


def outside(copy: Path) -> None:
    with (copy / MANIFEST).open("a") as manifest:
        manifest.write(f"{'0' * 64}  ../../evil\n")


@pytest.mark.parametrize("harm", [changed, added, taken, unfinished, linked, outside])
def test_a_copy_that_is_not_as_it_was_is_not_put_back(
    copy: Path, settings: Settings, state: Path, harm: object
) -> None:
    harm(copy)  # type: ignore[operator]
    before = (state / ADMIN_KEY_FILE).read_text()
    assert list(copy_faults(copy))
    with pytest.raises(StateError, match="cannot be trusted"):
        restore(settings, copy, quiet)
    assert (state / ADMIN_KEY_FILE).read_text() == before


def test_an_unfinished_copy_is_removed(settings: Settings, state: Path, tmp_path: Path) -> None:
    def fail(_what: str, _done: int, _total: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        back_up(settings, tmp_path / "copy", fail)
    assert not (tmp_path / "copy").exists()


def test_no_folder_is_written_over(settings: Settings, state: Path, tmp_path: Path) -> None:
    with pytest.raises(StateError, match="is there already"):
        back_up(settings, tmp_path, quiet)


def test_what_is_wrong_with_a_state(settings: Settings, state: Path) -> None:
    assert list(state_faults(settings)) == []
    (state / ADMIN_KEY_FILE).chmod(0o644)
    assert any("chmod go=" in fault for fault in state_faults(settings))
    (state / ADMIN_KEY_FILE).chmod(0o600)
    (state / DATABASE).write_bytes(b"no database" * 1000)
    for companion in state.glob(f"{DATABASE}-*"):
        companion.unlink()
    assert any("no sound database" in fault for fault in state_faults(settings))
    rule = next(settings.rulesets_directory.rglob("eicar.yar"))
    rule.write_text("changed")
    assert any(fault.startswith("rule sets:") for fault in state_faults(settings))


def test_an_audit_row_of_meanwhile_is_no_fault_of_the_copy(
    settings: Settings, state: Path, tmp_path: Path
) -> None:
    written: list[str] = []

    def write(what: str, done: int, total: int) -> None:
        if what != DATABASE and not written:
            written.append(create_key(ledger_place(settings), "meanwhile", Role.VIEWER, utc_now()))

    back_up(settings, tmp_path / "copy", write)
    assert written
    trail = AuditTrail(tmp_path / "copy")
    reader = Reader(f"sqlite:///{tmp_path}/copy/{DATABASE}")
    with reader.connect() as connection:
        assert verify(connection, trail, trail.head()).problems == ()
    reader.close()


def waiting(folder: Path) -> int:
    journal = Journal(folder / JOURNAL_FILE, 10_000)
    journal.open()
    journal.close()
    return journal.records


def wait_in(folder: Path, count: int) -> Journal:
    journal = Journal(folder / JOURNAL_FILE, 10_000)
    journal.open()
    journal.append([(bytes([number] * 16), b"{}") for number in range(count)])
    return journal


def test_what_moves_from_the_journal_meanwhile_is_in_the_copy(
    settings: Settings, state: Path, tmp_path: Path
) -> None:
    """It was acknowledged before: the rows that are copied need not have it yet."""
    journal = wait_in(state, 3)

    def move(what: str, done: int, total: int) -> None:
        if what == DATABASE and done == total and journal.records:
            journal.clear()

    back_up(settings, tmp_path / "copy", move)
    assert (waiting(tmp_path / "copy"), journal.records) == (3, 0)
    journal.close()


def test_what_waits_for_a_server_is_not_put_aside(
    settings: Settings, state: Path, tmp_path: Path
) -> None:
    elsewhere = settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": "postgresql://db/douane"})}
    )
    back_up(elsewhere, tmp_path / "copy", quiet)
    wait_in(state, 3).close()
    former = restore(elsewhere, tmp_path / "copy", quiet)
    assert former is not None
    assert (waiting(former), waiting(state)) == (3, 3)
