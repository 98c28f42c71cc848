"""Everything that a verdict can say has words."""

from enum import Enum

import pytest

from scanners.model import Code, DetectionLevel, Family, Level, Reason
from verdicts import words
from verdicts.model import Action


@pytest.mark.parametrize(
    "table, kind",
    [
        (words.ACTIONS, Action),
        (words.LEVELS, Level),
        (words.WEIGHTS, DetectionLevel),
        (words.CODES, Code),
        (words.REASONS, Reason),
        (words.FAMILIES, Family),
    ],
)
def test_none_is_left_out(table: dict[Enum, str], kind: type[Enum]) -> None:
    assert set(table) == set(kind)
    assert all(table.values())
