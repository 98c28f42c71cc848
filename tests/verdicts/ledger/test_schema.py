"""The tables keep what design §6 promises."""

from dataclasses import fields

import pytest
from sqlalchemy import BigInteger, Table

from verdicts.ledger.reading.filters import FOUND_IN, Filters
from verdicts.ledger.schema import COUNTED, METADATA, ROLLUPS, VERDICT
from verdicts.ledger.stats.sums import Sum

FILTERS = sorted({field.name for field in fields(Filters)} - {"since", "until"})


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_of_the_list_has_an_index_with_time(name: str) -> None:
    table = FOUND_IN.get(name, VERDICT)
    indexes = [[column.name for column in index.columns][:2] for index in table.indexes]
    assert [name, "time"] in indexes


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=str)
def test_times_and_counts_are_wide_enough(table: Table) -> None:
    wide = {"time", "bucket", "size", "bytes", "transfers", "created", "expires", "last_used"}
    for column in table.c:
        if column.name in wide:
            assert isinstance(column.type, BigInteger)


def test_a_rollup_has_one_row_for_a_key() -> None:
    assert Sum._fields == COUNTED
    for table in ROLLUPS.values():
        counted = {column.name for column in table.c} - {*COUNTED}
        assert {column.name for column in table.primary_key} == counted
