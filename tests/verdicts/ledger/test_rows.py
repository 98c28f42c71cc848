"""What goes into the database comes out as the verdict JSON."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from verdicts.ledger.rows import as_json, detection_row, unscanned_row, verdict_row
from verdicts.model import VerdictRecord
from verdicts.record import as_row


@given(number=st.integers(0, 10_000))
def test_rows_and_back(make_record: Callable[[int], VerdictRecord], number: int) -> None:
    record = make_record(number)
    row = verdict_row(record)
    verdict = record.ruling.verdict
    detections = [detection_row(row, at, found) for at, found in enumerate(verdict.detections)]
    unscanned = [unscanned_row(row, at, part) for at, part in enumerate(verdict.unscanned)]
    assert as_json(dict(row), list(map(dict, detections)), list(map(dict, unscanned))) == as_row(
        record
    )
