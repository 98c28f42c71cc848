"""INSERTs of many rows: the quick way and the way by name store the same."""

import pytest
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.dialects import postgresql

from verdicts.ledger.schema import METADATA, ROLLUPS
from verdicts.ledger.statements import ManyRows, adding

TABLE = ROLLUPS["detection"]
ROWS = [
    (0, 60, "c", "n", 1, 10, 1, 0, 1),
    (0, 60, "c", "m", 2, 20, 1, 0, 1),
    (1, 0, "c", "n", 1, 10, 1, 0, 1),
]


@pytest.fixture(params=["qmark", "named"])
def engine(request: pytest.FixtureRequest) -> Engine:
    made = create_engine("sqlite://", paramstyle=request.param)
    METADATA.create_all(made)
    return made


def test_rows_are_stored_and_added_to(engine: Engine) -> None:
    many = ManyRows(adding(TABLE, engine.dialect), engine.dialect)
    with engine.begin() as connection:
        many.run(connection, [])
        many.run(connection, ROWS)
        many.run(connection, ROWS[:1])
        stored = {tuple(row) for row in connection.execute(select(TABLE))}
    assert stored == {(0, 60, "c", "n", 2, 20, 2, 0, 2), *ROWS[1:]}


def test_postgresql_understands_it() -> None:
    statement = adding(TABLE, postgresql.dialect())  # type: ignore[no-untyped-call]
    text = str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert (
        "ON CONFLICT (granularity, bucket, code, name) DO UPDATE SET transfers = (rollup_" in text
    )
    assert "bytes = (rollup_detection.bytes + excluded.bytes)" in text
