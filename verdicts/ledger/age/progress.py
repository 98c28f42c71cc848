"""How far work that is done little by little has come."""

from sqlalchemy import Connection, insert, select, update

from verdicts.ledger.schema import PROGRESS


def read_progress(connection: Connection, name: str) -> int:
    """Return the number that was noted last under the name; 0 if none was."""
    found = connection.scalar(select(PROGRESS.c.value).where(PROGRESS.c.name == name))
    return found or 0


def note_progress(connection: Connection, name: str, value: int) -> None:
    """In the transaction of the work itself."""
    query = update(PROGRESS).where(PROGRESS.c.name == name).values(value=value)
    if not connection.execute(query).rowcount:
        connection.execute(insert(PROGRESS).values(name=name, value=value))
