"""The nouns of scanning: words that are part of the API, and records that cannot change."""

from dataclasses import FrozenInstanceError

import pytest

from scanners.model import UNKNOWN_TYPE, Code, Content, DetectionLevel, Family, Level, Reason


def test_the_worse_level_is_the_greater() -> None:
    assert max(Level.CLEAN, Level.UNKNOWN, Level.SUSPICIOUS) is Level.SUSPICIOUS
    assert sorted(Level, reverse=True)[0] is Level.MALICIOUS


def test_levels_of_detections_are_the_words_of_rules() -> None:
    assert {level.value for level in DetectionLevel} == {"info", "suspicious", "malicious"}


@pytest.mark.parametrize("code", Code)
def test_codes_are_group_dot_word(code: Code) -> None:
    group, word = code.value.split(".")
    assert code.name == f"{group}_{word}".upper()


@pytest.mark.parametrize("reason", Reason)
def test_reasons_are_words(reason: Reason) -> None:
    assert reason.name.lower() == reason.value


def test_records_are_frozen() -> None:
    content = Content(memoryview(b""))
    with pytest.raises(FrozenInstanceError):
        content.name = "other"  # type: ignore[misc]


def test_content_nobody_looked_at_is_of_unknown_type() -> None:
    assert Content(memoryview(b"")).file_type is UNKNOWN_TYPE
    assert UNKNOWN_TYPE.family is Family.DATA
