"""A user is forgotten from the command line: without a ledger here, through one elsewhere."""

from collections.abc import Callable
from pathlib import Path

from verdicts.ledger.access.audit import AuditFilters, audit_page
from verdicts.ledger.access.place import LedgerPlace
from verdicts.ledger.age.forgetting import forget_user
from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.queries import Filters, Reader
from verdicts.ledger.store import Writer


def test_forgotten_and_audited(url: str, make_entry: Callable[..., Entry], tmp_path: Path) -> None:
    writer = Writer(url)
    writer.write([make_entry(number) for number in range(30)])
    writer.close()
    place = LedgerPlace(url, tmp_path / "none.sock", tmp_path)
    told: list[tuple[int, int]] = []
    forget_user(place, "ann", "p-of-ann", lambda _, done, total: told.append((done, total)))
    assert [done for done, _ in told] == list(range(told[0][1]))
    reader = Reader(url)
    assert reader.page(Filters(user="ann"), 10).data == ()
    assert len(reader.page(Filters(), 100).data) == 20
    with reader.connect() as connection:
        (one,) = audit_page(connection, AuditFilters(), 10)
    reader.close()
    assert (one.row.actor, one.row.action, one.row.about) == (
        *("command line", "user.erased", "p-of-ann"),
    )
    assert "uid" in one.row.credential
