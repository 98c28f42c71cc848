"""Settings of the bench: shipped limits, and what is refused."""

import pytest
from pydantic import ValidationError

from scanners.settings import ClamavSettings, Limits, MiB, PasswordSettings, WorkerSettings


def test_shipped_limits() -> None:
    limits = Limits()
    assert (limits.file_bytes, limits.scan_seconds) == (512 * MiB, 30)
    assert ClamavSettings().socket == "auto"
    assert WorkerSettings().user == "nobody"
    assert PasswordSettings().guess_seconds == 0.25


def test_passwords_that_are_not_tried() -> None:
    assert PasswordSettings(milliseconds=0).guess_seconds == 0
    assert PasswordSettings(enabled=False, milliseconds=500).guess_seconds == 0
    assert PasswordSettings(milliseconds=500).guess_seconds == 0.5


@pytest.mark.parametrize(
    "section, key, value",
    [
        (Limits, "file_bytes", 0),
        (PasswordSettings, "milliseconds", -1),
        (PasswordSettings, "milliseconds", 10_001),
        (Limits, "depth", 51),  # the walk recurses: this bounds its stack
        (Limits, "scan_seconds", 0),
        (Limits, "unheard", 1),
        (ClamavSettings, "in_flight", 0),
        (WorkerSettings, "count", 0),
    ],
)
def test_refused(
    section: type[Limits | ClamavSettings | WorkerSettings], key: str, value: int
) -> None:
    with pytest.raises(ValidationError, match=key):
        section.model_validate({key: value})


def test_frozen() -> None:
    with pytest.raises(ValidationError):
        Limits().depth = 1  # type: ignore[misc]
