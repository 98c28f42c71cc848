"""Types that are text are types of the table."""

from scanners.types.table import TypeTable
from scanners.types.written import WRITTEN


def test_each_is_in_the_table(table: TypeTable) -> None:
    assert set(table.types) >= WRITTEN
