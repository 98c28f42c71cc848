"""Rows of the audit are read, checked and shown, whatever somebody wrote into them with SQL."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from verdicts.ledger.access import audit
from verdicts.ledger.access.audit import AuditFilters, append, audit_page, verify
from verdicts.ledger.access.audit_changes import audit_row
from verdicts.ledger.access.audit_rows import COLUMNS, TEXTS, as_shown
from verdicts.ledger.access.audit_trail import AUDIT_HEAD_FILE, AuditTrail
from verdicts.ledger.store import Writer

LARGEST = 2**63 - 1
FORGED = "values that the ledger never writes"
Sql = Callable[..., None]


@pytest.fixture
def trail(tmp_path: Path) -> AuditTrail:
    return AuditTrail(tmp_path)


@pytest.fixture
def connection(url: str, trail: AuditTrail) -> Iterator[Connection]:
    """Five rows."""
    writer = Writer(url)
    used = writer.connection()
    for number in range(1, 6):
        write(used, trail, number)
    yield used
    if used.dialect.name == "postgresql":  # what one test changes all would miss
        with used.begin():
            used.execute(text("ALTER TABLE audit ENABLE TRIGGER USER"))
    writer.close()


@pytest.fixture
def sql(connection: Connection) -> Sql:
    def execute(*statements: str) -> None:
        off = {
            "sqlite": ("DROP TRIGGER IF EXISTS audit_is_not_changed",
                       "DROP TRIGGER IF EXISTS audit_is_not_deleted"),
            "postgresql": ("ALTER TABLE audit DISABLE TRIGGER USER",),
        }  # fmt: skip
        with connection.begin():
            for statement in (*off[connection.dialect.name], *statements):
                connection.exec_driver_sql(statement)

    return execute


@pytest.fixture
def sqlite_only(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        pytest.skip("only SQLite takes them")


def write(connection: Connection, trail: AuditTrail, number: int) -> int:
    row = audit_row(1000 + number, "ann", "key.created", "dk_1", before={"is": number})
    with connection.begin():
        link = append(connection, row, trail)
    trail.keep(link)
    return link.id


def problems(connection: Connection, trail: AuditTrail) -> tuple[str, ...]:
    with connection.begin():
        return verify(connection, trail, trail.head()).problems


def listed(connection: Connection) -> list[dict[str, object]]:
    with connection.begin():
        rows = [as_shown(one) for one in audit_page(connection, AuditFilters(), 100)]
    json.dumps(rows, allow_nan=False, ensure_ascii=False).encode()
    return rows


def copied(number: int) -> str:
    columns = ", ".join(COLUMNS)
    return (
        f"INSERT INTO audit (id, {columns}, hash) "  # noqa: S608
        f"SELECT {number}, {columns}, hash FROM audit WHERE id = 1"
    )


@pytest.mark.usefixtures("sqlite_only")
@pytest.mark.parametrize("column", [*COLUMNS, "hash"])
@pytest.mark.parametrize("value", ["CAST(x'ff' AS TEXT)", "x'6162'", "'x'", "1.5"])
def test_values_of_every_kind(
    connection: Connection, trail: AuditTrail, sql: Sql, column: str, value: str
) -> None:
    sql(f"UPDATE audit SET {column} = {value} WHERE id = 3")  # noqa: S608
    found = problems(connection, trail)
    assert found[0].startswith("row 3 ")
    assert all(one.startswith("row 4 ") for one in found[1:])
    assert len(listed(connection)) == 5


@pytest.mark.usefixtures("sqlite_only")
def test_rows_behind_one_that_cannot_be_read_are_checked(
    connection: Connection, trail: AuditTrail, sql: Sql
) -> None:
    sql("UPDATE audit SET actor = CAST(x'ff' AS TEXT) WHERE id = 2")
    sql("UPDATE audit SET actor = 'bob' WHERE id = 5")
    assert problems(connection, trail) == (
        f"row 2 cannot be checked: it holds {FORGED}",
        "row 5 was changed, or was not written by the ledger",
    )
    assert listed(connection)[3]["actor"] == "\ufffd"


@pytest.mark.usefixtures("sqlite_only")
def test_the_row_behind_a_hash_that_cannot_be_read(
    connection: Connection, trail: AuditTrail, sql: Sql
) -> None:
    sql("UPDATE audit SET hash = 'abc' WHERE id = 2")
    assert problems(connection, trail) == (
        f"row 2 cannot be checked: it holds {FORGED}",
        "row 3 cannot be checked: row 2 has no hash that can be read",
    )
    assert listed(connection)[3]["hash"] == ""


def test_the_row_behind_a_gap_is_said_to_be_unchecked(
    connection: Connection, trail: AuditTrail, sql: Sql
) -> None:
    sql("DELETE FROM audit WHERE id = 2", "UPDATE audit SET actor = 'bob' WHERE id IN (3, 5)")
    assert problems(connection, trail) == (
        "missing before row 3: 2; row 3 cannot be checked",
        "row 5 was changed, or was not written by the ledger",
    )


@pytest.mark.parametrize("head", [True, False])
@pytest.mark.parametrize("number", [-5, 0, 77, LARGEST - 1, LARGEST])
def test_after_a_row_of_any_number_the_audit_goes_on(  # noqa: PLR0917
    connection: Connection, trail: AuditTrail, sql: Sql, tmp_path: Path, number: int, head: bool
) -> None:
    sql(copied(number))
    if not head:
        (tmp_path / AUDIT_HEAD_FILE).unlink()
    new = write(connection, trail, 6)
    assert new == (78 if number == 77 and not head else 6)
    assert write(connection, trail, 7) == new + 1
    found = problems(connection, trail)
    assert found
    assert all(f"row {number}" in one for one in found)
    assert number in [row["id"] for row in listed(connection)]


def test_it_goes_on_after_rows_in_its_way(
    connection: Connection, trail: AuditTrail, sql: Sql
) -> None:
    sql(copied(6), copied(7), copied(9))
    assert write(connection, trail, 6) == 8
    assert write(connection, trail, 7) == 10
    assert {one.split()[1] for one in problems(connection, trail)} == {"6", "7", "9"}


def test_it_goes_on_after_a_hash_that_was_changed(
    connection: Connection, trail: AuditTrail, sql: Sql
) -> None:
    empty = "x''" if connection.dialect.name == "sqlite" else "''"
    sql(f"UPDATE audit SET hash = {empty} WHERE id = 5")  # noqa: S608
    assert write(connection, trail, 6) == 6
    assert [one.split()[1] for one in problems(connection, trail)] == ["5", "6"]


@pytest.mark.parametrize("stamp", [-1, 10**18, LARGEST])
def test_times_beyond_the_calendar(
    connection: Connection, trail: AuditTrail, sql: Sql, stamp: int
) -> None:
    sql(f"UPDATE audit SET time = {stamp} WHERE id = 2")  # noqa: S608
    assert [one[:5] for one in problems(connection, trail)] == ["row 2"]
    assert listed(connection)[3]["time"] is None


@pytest.mark.parametrize(
    "content", ['{"a":NaN}', "1e999", '"\\ud800"', "[" * 400 + "]" * 400, "no JSON"]
)
def test_content_that_no_answer_can_hold(
    connection: Connection, trail: AuditTrail, sql: Sql, content: str
) -> None:
    sql(f"UPDATE audit SET after = '{content}' WHERE id = 2")  # noqa: S608
    assert [one[:5] for one in problems(connection, trail)] == ["row 2"]
    assert listed(connection)[3]["after"] == content


@pytest.mark.parametrize("column", TEXTS)
def test_of_a_long_text_only_a_part_is_read(
    connection: Connection, trail: AuditTrail, sql: Sql, column: str
) -> None:
    long = "hex(zeroblob(50000))" if connection.dialect.name == "sqlite" else "repeat('0', 99999)"
    sql(f"UPDATE audit SET {column} = {long} WHERE id = 2")  # noqa: S608
    assert [one[:5] for one in problems(connection, trail)] == ["row 2"]
    assert len(str(listed(connection)[3][column])) < 20_000


def test_of_many_rows(
    connection: Connection, trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "AT_ONCE", 2)
    assert problems(connection, trail) == ()
    with connection.begin():
        assert verify(connection, trail, trail.head()).rows == 5
