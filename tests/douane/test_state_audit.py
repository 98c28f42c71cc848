"""Which keys a restored state brings back, and what the audit says of copies."""

from pathlib import Path

import pytest

from douane.ledger_place import ledger_place
from douane.settings import Settings
from douane.state import make_state
from douane.state_audit import note_copy, note_restore, revived_keys, valid_keys
from verdicts.ledger.access.audit import AuditFilters, audit_page
from verdicts.ledger.access.keys import create_key, revoke_key
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.questions import Role
from verdicts.ledger.reading.queries import Reader
from verdicts.model import utc_now


@pytest.fixture
def place(settings: Settings) -> LedgerPlace:
    make_state(settings)
    return ledger_place(settings)


def test_without_a_database_no_key_counts(settings: Settings, place: LedgerPlace) -> None:
    assert valid_keys(settings) == set()
    assert list(settings.state.directory.glob("*.sqlite")) == []


def test_keys_that_count_again(settings: Settings, place: LedgerPlace) -> None:
    now = utc_now()
    kept, gone = (create_key(place, name, Role.VIEWER, now)[:11] for name in ("kept", "gone"))
    revoke_key(place, gone, now)
    assert valid_keys(settings) == {kept}
    assert revived_keys(settings, {kept}) == []
    assert [key.name for key in revived_keys(settings, set())] == ["kept"]


def test_the_audit_says_where_from_and_where_to(
    settings: Settings, place: LedgerPlace, tmp_path: Path
) -> None:
    note_copy(settings, tmp_path / "copy")
    note_restore(settings, tmp_path / "copy", tmp_path / "former")
    reader = Reader(settings.database.url)
    with reader.connect() as connection:
        restored, copied = (one.row for one in audit_page(connection, AuditFilters(), 10))
    reader.close()
    assert (copied.action, restored.action) == ("state.copied", "state.restored")
    assert copied.about == restored.about == str(tmp_path / "copy")
    assert str(tmp_path / "former") in restored.before
