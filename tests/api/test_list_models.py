"""What may be said of a listed file."""

import pytest
from pydantic import ValidationError

from api.list_models import NewListed


@pytest.mark.parametrize("reason", ["x", "seen in an outbreak", "ü" * 300])
def test_reasons(reason: str) -> None:
    assert NewListed(reason=reason).expires is None


@pytest.mark.parametrize("reason", ["", " ", " x", "x ", "a\nb", "x" * 301])
def test_no_reasons(reason: str) -> None:
    with pytest.raises(ValidationError):
        NewListed(reason=reason)
