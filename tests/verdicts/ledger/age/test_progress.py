"""Progress is noted under a name."""

from verdicts.ledger.age.progress import note_progress, read_progress
from verdicts.ledger.store import Writer


def test_progress(url: str) -> None:
    writer = Writer(url)
    try:
        connection = writer.connection()
        with connection.begin():
            assert read_progress(connection, "a") == 0
            note_progress(connection, "a", 5)
            note_progress(connection, "b", 7)
            note_progress(connection, "a", 6)
        with connection.begin():
            assert (read_progress(connection, "a"), read_progress(connection, "b")) == (6, 7)
    finally:
        writer.close()
