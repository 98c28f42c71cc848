"""How long things are kept, unless somebody says otherwise."""

import pytest
from pydantic import ValidationError

from verdicts.ledger.age.keeping_settings import LONGEST_DAYS, PrivacySettings, RetentionSettings


def test_shipped_values() -> None:
    kept = RetentionSettings()
    assert 0 < kept.verdict_days <= kept.statistics_days
    privacy = PrivacySettings()
    assert privacy.instead == "pseudonym"
    assert not any((privacy.user_days, privacy.address_days, privacy.url_days, privacy.name_days))


@pytest.mark.parametrize("days", [-1, LONGEST_DAYS + 1])
def test_bounds(days: int) -> None:
    with pytest.raises(ValidationError):
        RetentionSettings(verdict_days=days)
    with pytest.raises(ValidationError):
        PrivacySettings(name_days=days)
