"""Rows as one parameter of a statement, which looks the same however many there are.

A statement that is as long as its rows is compiled, and kept, for each number of them.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY

Type = type[BigInteger] | type[Text]


class RowParameter:
    """Rows of numbers and texts: one text of JSON on SQLite, an array a column on PostgreSQL."""

    def __init__(self, name: str, **columns: Type) -> None:
        self._name = name
        self._columns = columns

    def clause(self, dialect: str) -> tuple[FromClause, list[ColumnElement[Any]]]:
        """Return what a statement reads the rows from, and their columns in it."""
        if dialect == "postgresql":
            names = [column(one, kind) for one, kind in self._columns.items()]
            arrays = [bindparam(self._key(one.name), type_=ARRAY(one.type)) for one in names]
            given = func.unnest(*arrays).table_valued(*names).render_derived(self._name)
            return given, list(given.c)
        each = func.json_each(bindparam(self._name, type_=Text)).table_valued("value")
        taken = [
            func.json_extract(each.c.value, f"$[{place}]", type_=kind).label(one)
            for place, (one, kind) in enumerate(self._columns.items())
        ]
        # Else it would be taken out again for each row that is compared with it
        read = select(*taken).cte(self._name).prefix_with("MATERIALIZED")
        return read, list(read.c)

    def values(self, dialect: str, rows: Sequence[Sequence[object]]) -> dict[str, object]:
        """Return what to run the statement with."""
        if dialect != "postgresql":
            return {self._name: json.dumps(rows)}
        return {
            self._key(one): [row[place] for row in rows] for place, one in enumerate(self._columns)
        }

    def _key(self, name: str) -> str:
        return f"{self._name}_{name}"
