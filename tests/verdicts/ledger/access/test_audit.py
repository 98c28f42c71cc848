"""The audit: every way to tamper with a row is found, whatever the database lets one do."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from verdicts.ledger.access import audit
from verdicts.ledger.access.audit import AuditFilters, Checked, append, audit_page, verify
from verdicts.ledger.access.audit_changes import AuditRow, audit_row
from verdicts.ledger.access.audit_rows import COLUMNS
from verdicts.ledger.access.audit_trail import (
    AUDIT_HEAD_FILE,
    AUDIT_KEY_FILE,
    BEGIN,
    AuditTrail,
    Link,
)
from verdicts.ledger.store import Writer

OFF = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS audit_is_not_changed",
        "DROP TRIGGER IF EXISTS audit_is_not_deleted",
    ),
    "postgresql": ("ALTER TABLE audit DISABLE TRIGGER USER",),
}
NO_FILTERS = AuditFilters()
Sql = Callable[..., None]


def row(number: int) -> AuditRow:
    return audit_row(
        1000 + number,
        f"ann {number % 2}",
        ("key.created", "key.revoked", "ruleset.activated")[number % 3],
        f"dk_{number:08}",
        before={"is": number},
        after=["<script>", "\u202e", number],
        credential="dk_admin000",
        address="192.0.2.7",
        request="ab12",
    )


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    writer = Writer(url)
    yield writer.connection()
    with writer.connection() as used:
        if used.dialect.name == "postgresql":  # what one test disables all would miss
            used.rollback()
            used.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))
            used.commit()
    writer.close()


@pytest.fixture
def trail(tmp_path: Path) -> AuditTrail:
    return AuditTrail(tmp_path)


def write(connection: Connection, trail: AuditTrail, rows: Sequence[AuditRow]) -> None:
    for one in rows:
        with connection.begin():
            link = append(connection, one, trail)
        trail.keep(link)


def check(connection: Connection, trail: AuditTrail) -> Checked:
    with connection.begin():
        return verify(connection, trail, trail.head())


@pytest.fixture
def ten(connection: Connection, trail: AuditTrail) -> Sql:
    """Ten rows; whoever calls this executes SQL as the owner of the database could."""
    write(connection, trail, list(map(row, range(1, 11))))

    def execute(*statements: str, **values: object) -> None:
        with connection.begin():
            for statement in (*OFF[connection.dialect.name], *statements):
                connection.execute(text(statement), values if ":" in statement else {})

    return execute


def test_untouched(connection: Connection, trail: AuditTrail, ten: Sql) -> None:
    checked = check(connection, trail)
    assert (checked.rows, checked.problems, checked.more) == (10, (), 0)
    assert checked.head == trail.head()


def test_nothing_yet(connection: Connection, trail: AuditTrail, tmp_path: Path) -> None:
    assert check(connection, trail) == Checked(0, BEGIN, (), 0)
    assert list(tmp_path.glob("audit.*")) == []


@pytest.mark.parametrize("column", [name for name in COLUMNS if name != "time"])
def test_each_text_counts(connection: Connection, trail: AuditTrail, ten: Sql, column: str) -> None:
    ten(f"UPDATE audit SET {column} = {column} || 'x' WHERE id = 4")  # noqa: S608
    problem = "row 4 was changed, or was not written by the ledger"
    assert check(connection, trail).problems == (problem,)


def test_the_time_counts(connection: Connection, trail: AuditTrail, ten: Sql) -> None:
    ten("UPDATE audit SET time = time + 1 WHERE id = 4")
    assert "row 4 was changed" in check(connection, trail).problems[0]


def test_a_boundary_between_columns_counts(
    connection: Connection, trail: AuditTrail, ten: Sql
) -> None:
    ten("UPDATE audit SET actor = 'ann', credential = ' 0' || credential WHERE id = 4")
    assert "row 4 was changed" in check(connection, trail).problems[0]


def test_the_hash_counts(connection: Connection, trail: AuditTrail, ten: Sql) -> None:
    ten("UPDATE audit SET hash = :hash WHERE id = 4", hash=bytes(32))
    problems = check(connection, trail).problems
    assert [one[:5] for one in problems] == ["row 4", "row 5"]


@pytest.mark.parametrize(
    "gone, problem",
    [
        ("id = 5", "missing before row 6: 5; row 6 cannot be checked"),
        ("id IN (4, 5)", "missing before row 6: 4 to 5; row 6 cannot be checked"),
        ("id = 1", "missing before row 2: 1; row 2 cannot be checked"),
        ("id = 10", "cut off at the end: 10 to 10"),
        ("id > 6", "cut off at the end: 7 to 10"),
        ("id > 0", "cut off at the end: 1 to 10"),
    ],
)
def test_deleted(
    connection: Connection, trail: AuditTrail, ten: Sql, gone: str, problem: str
) -> None:
    ten(f"DELETE FROM audit WHERE {gone}")  # noqa: S608
    assert check(connection, trail).problems == (problem,)


def test_what_was_cut_off_stays_missing(
    connection: Connection, trail: AuditTrail, ten: Sql
) -> None:
    ten("DELETE FROM audit WHERE id > 6")
    write(connection, trail, [row(11), row(12)])
    checked = check(connection, trail)
    assert checked.problems == ("missing before row 11: 7 to 10; row 11 cannot be checked",)
    assert checked.head.id == 12


def test_moved_up_to_close_a_gap(connection: Connection, trail: AuditTrail, ten: Sql) -> None:
    ten("DELETE FROM audit WHERE id = 10", "UPDATE audit SET id = 10 WHERE id = 9")
    ten("UPDATE audit SET id = 9 WHERE id = 8", "UPDATE audit SET id = 8 WHERE id = 7")
    problems = check(connection, trail).problems
    assert problems[0].startswith("missing before row 8: 7; ")
    assert "row 9 was changed" in problems[1]


def test_swapped(connection: Connection, trail: AuditTrail, ten: Sql) -> None:
    moves = ("99 WHERE id = 4", "4 WHERE id = 7", "7 WHERE id = 99")
    ten(*(f"UPDATE audit SET id = {move}" for move in moves))  # noqa: S608
    wrong = [one.split()[1] for one in check(connection, trail).problems]
    assert wrong == ["4", "5", "7", "8"]


@pytest.mark.parametrize("number", [-5, 0, 11, 99])
def test_appended_by_hand(connection: Connection, trail: AuditTrail, ten: Sql, number: int) -> None:
    columns = ", ".join(COLUMNS)
    copied = f"SELECT {number}, {columns}, hash FROM audit WHERE id = 10"  # noqa: S608
    ten(f"INSERT INTO audit (id, {columns}, hash) {copied}")
    assert check(connection, trail).problems


def test_a_witness(connection: Connection, trail: AuditTrail, ten: Sql) -> None:
    with connection.begin():
        row_4 = next(Link(one.id, one.hash) for one in audit_page(connection, NO_FILTERS, 1, 5))
        assert verify(connection, trail, trail.head(), row_4).problems == ()
        for wrong in (Link(4, bytes(32)), Link(5, row_4.hash), Link(99, row_4.hash)):
            problem = f"row {wrong.id} is not the one that was noted"
            assert verify(connection, trail, trail.head(), wrong).problems == (problem,)


def test_rows_of_another_installation(
    connection: Connection, trail: AuditTrail, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write(connection, AuditTrail(other), [row(1), row(2)])
    trail.ensure_key()
    assert len(check(connection, trail).problems) == 3


def test_without_its_files(
    connection: Connection, trail: AuditTrail, ten: Sql, tmp_path: Path
) -> None:
    (tmp_path / AUDIT_HEAD_FILE).unlink()
    assert "no head" in check(connection, trail).problems[0]
    (tmp_path / AUDIT_KEY_FILE).unlink()
    with pytest.raises(OSError, match="restore it from a backup"):
        check(connection, AuditTrail(tmp_path))


def test_a_crash_before_the_head_was_kept(
    connection: Connection, trail: AuditTrail, ten: Sql
) -> None:
    with connection.begin():
        append(connection, row(11), trail)
    assert check(connection, trail).problems == ()
    write(connection, trail, [row(12)])
    assert check(connection, trail).head.id == 12
    assert check(connection, trail).problems == ()


def test_much_that_is_wrong(
    connection: Connection, trail: AuditTrail, ten: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SHOWN", 3)
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    ten("UPDATE audit SET actor = 'x'")
    checked = check(connection, trail)
    assert (len(checked.problems), checked.more, checked.rows) == (3, 7, 10)


def test_values_of_other_types(connection: Connection, trail: AuditTrail, ten: Sql) -> None:
    if connection.dialect.name != "sqlite":
        pytest.skip("only SQLite takes them")
    ten("UPDATE audit SET actor = CAST(actor AS BLOB) WHERE id = 2")
    ten("UPDATE audit SET hash = 'text' WHERE id = 4", "UPDATE audit SET time = 1.5 WHERE id = 7")
    ten("UPDATE audit SET hash = 99999999999 WHERE id = 9")
    wrong = [one.split()[1] for one in check(connection, trail).problems]
    assert wrong == ["2", "4", "5", "7", "9", "10"]


@pytest.mark.parametrize("word", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_refuses(connection: Connection, trail: AuditTrail, word: str) -> None:
    write(connection, trail, [row(1)])
    with pytest.raises(DatabaseError, match="never"), connection.begin():
        connection.execute(text(f"{word} WHERE id = 1"))
    assert check(connection, trail).problems == ()


def test_postgresql_refuses_to_empty_it(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL knows TRUNCATE")
    with pytest.raises(DatabaseError, match="never"), connection.begin():
        connection.execute(text("TRUNCATE audit"))


def test_pages(connection: Connection, trail: AuditTrail, ten: Sql) -> None:
    def ids(limit: int = 99, before: int | None = None, **filters: object) -> list[int]:
        wanted = dataclasses.replace(AuditFilters(), **filters)  # type: ignore[arg-type]
        return [one.id for one in audit_page(connection, wanted, limit, before)]

    assert ids() == list(range(10, 0, -1))
    assert ids(3) == [10, 9, 8]
    assert ids(3, 8) == [7, 6, 5]
    assert ids(since=1003, until=1005) == [4, 3]
    assert ids(actor="ann 1", action="key.created") == [9, 3]
    assert ids(about="dk_00000007") == [7]
    assert ids(about="dk_") == []


def test_nonsense_is_not_written(connection: Connection, trail: AuditTrail) -> None:
    with pytest.raises(ValueError, match="actor"), connection.begin():
        append(connection, dataclasses.replace(row(1), actor="x" * 999), trail)
    assert check(connection, trail).rows == 0
