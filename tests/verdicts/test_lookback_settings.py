"""Settings of looking back: samples are kept only if somebody will look at them."""

import pytest
from pydantic import ValidationError

from verdicts.lookback_settings import LookbackSettings


def test_nothing_is_kept_as_shipped() -> None:
    assert (LookbackSettings().days, LookbackSettings().kept_bytes) == (30, 0)


def test_without_days_nothing_is_kept() -> None:
    assert LookbackSettings(keep_bytes=5).kept_bytes == 5
    assert LookbackSettings(keep_bytes=5, days=0).kept_bytes == 0


@pytest.mark.parametrize("wrong", [{"days": -1}, {"keep_bytes": -1}, {"keep_file_bytes": 0}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        LookbackSettings.model_validate(wrong)
