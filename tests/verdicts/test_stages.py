"""Histograms of the stages."""

import pytest

from verdicts.stages import STAGE_SECONDS, Histogram, Stage, StageCounts, StageTimes


@pytest.mark.parametrize(
    "seconds, bucket", [(0.0, 0), (1.0, 0), (1.1, 1), (2.0, 1), (2.1, 2), (1e9, 2)]
)
def test_a_bound_belongs_to_its_bucket(seconds: float, bucket: int) -> None:
    histogram = Histogram((1.0, 2.0))
    histogram.observe(seconds)
    assert [place for place, count in enumerate(histogram.buckets) if count] == [bucket]
    assert histogram.seconds == seconds


def test_every_stage_has_its_own() -> None:
    times = StageTimes()
    times.observe(Stage.YARA, 0.0002)
    times.observe(Stage.YARA, 99)
    counts = times.counts()
    assert list(counts) == "head body worker type archive yara clamd policy log".split()
    assert counts["yara"] == StageCounts((0, 1, *(len(STAGE_SECONDS) - 2) * (0,), 1), 99.0002)
    assert sum(counts["clamd"].buckets) == 0


def test_a_stage_that_fails_took_its_time_too() -> None:
    times = StageTimes()
    with pytest.raises(ValueError, match="x"), times.measure(Stage.POLICY):
        raise ValueError("x")
    assert sum(times.counts()["policy"].buckets) == 1
