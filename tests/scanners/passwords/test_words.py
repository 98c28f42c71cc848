"""The words are data: lower case, at least twelve languages, each in one list only."""

import pytest

from scanners.passwords.words import FIELDS, SPACED, UNSPACED


def test_twelve_languages_and_more() -> None:
    wanted = {"en", "de", "fr", "es", "pt", "it", "nl", "pl", "ru", "tr", "ar", "ko"}
    assert wanted <= SPACED.keys()
    assert {"zh", "ja"} <= UNSPACED.keys()


@pytest.mark.parametrize("words", [*SPACED.values(), *UNSPACED.values(), FIELDS])
def test_words_are_in_lower_case_and_there(words: str) -> None:
    assert words == words.lower()
    assert words.split()
