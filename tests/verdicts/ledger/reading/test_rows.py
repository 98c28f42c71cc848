"""What goes into the database comes out as the verdict JSON."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from verdicts.ledger.entry import Entry
from verdicts.ledger.reading.rows import as_json
from verdicts.model import VerdictRecord
from verdicts.record import as_row


@given(number=st.integers(0, 10_000))
def test_rows_and_back(
    make_record: Callable[[int], VerdictRecord], make_entry: Callable[[int], Entry], number: int
) -> None:
    verdict, detections, unscanned = make_entry(number)
    got = as_json(
        verdict._asdict(),
        [found._asdict() for found in detections],
        [missed._asdict() for missed in unscanned],
    )
    assert got == as_row(make_record(number))
