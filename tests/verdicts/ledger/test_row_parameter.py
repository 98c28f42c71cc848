"""Rows as a parameter come out as they went in, however many there are and whatever they say."""

import pytest
from sqlalchemy import BigInteger, Engine, Text, select

from verdicts.ledger.database import open_reader
from verdicts.ledger.row_parameter import RowParameter

PARAMETER = RowParameter("given", number=BigInteger, key=Text)
HOSTILE = (
    "",
    "é\N{PILE OF POO}",
    '"]],[1,"',
    "{a,NULL}",
    "\\",
    "%s :given $1 ?",
    "a\nb\x01",
    "NULL",
)


def returned(engine: Engine, rows: list[tuple[int | None, str]]) -> list[tuple[int | None, str]]:
    dialect = engine.dialect.name
    clause, columns = PARAMETER.clause(dialect)
    with engine.connect() as connection:
        found = connection.execute(
            select(*columns).select_from(clause), PARAMETER.values(dialect, rows)
        )
        return [tuple(row) for row in found]


@pytest.mark.parametrize("number", [0, 1, 3000])
def test_any_number_of_rows(url: str, number: int) -> None:
    rows = [(2**60 + n if n % 3 else None, HOSTILE[n % len(HOSTILE)]) for n in range(number)]
    engine = open_reader(url)
    assert returned(engine, rows) == rows
    engine.dispose()
