"""INSERTs for many rows, compiled once and run with plain tuples.

Left to itself SQLAlchemy spends more on the parameters of a row than SQLite on storing it.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


class ManyRows:
    """Runs one INSERT for rows whose values come in the order of the table's columns."""

    def __init__(self, statement: Insert, dialect: Dialect) -> None:
        self._statement = statement
        self._names = [column.name for column in statement.table.c]
        compiled = statement.compile(dialect=dialect, column_keys=self._names)
        self._sql = str(compiled) if compiled.positiontup == self._names else ""

    def run(self, connection: Connection, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        if self._sql:
            connection.exec_driver_sql(self._sql, list(rows))
        else:  # this driver wants the parameters by name
            connection.execute(self._statement, [dict(zip(self._names, row)) for row in rows])


def adding(table: Table, dialect: Dialect) -> Insert:
    """Return an INSERT that adds to what is stored: columns that are no key are sums."""
    insert = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    sums = [column for column in table.c if not column.primary_key]
    return statement.on_conflict_do_update(
        index_elements=list(table.primary_key),
        set_={column.name: column + statement.excluded[column.name] for column in sums},
    )
