"""The words of the API for widths stand for those of the log."""

from api.stats_models import GRANULARITY, Width
from verdicts.ledger.stats.buckets import WIDTHS


def test_every_width_has_its_granularity() -> None:
    minutes = {width: WIDTHS[GRANULARITY[width]] // 60_000_000 for width in Width}
    assert minutes == {Width.MINUTE: 1, Width.HOUR: 60, Width.DAY: 1440}
