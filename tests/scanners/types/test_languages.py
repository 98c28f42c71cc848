"""The data about languages: each is reachable, and its patterns are searched for fast."""

import re

import pytest

from scanners.types.languages import LANGUAGES, WORD_BYTES, Language


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.kind)
def test_language(language: Language) -> None:
    assert 2 < language.need <= len(language.marks), "no one or two marks decide"
    sets = [language.words, *(m for m in language.marks if isinstance(m, frozenset))]
    for word in frozenset().union(*sets):
        assert word == word.lower()
        assert not word.strip(WORD_BYTES + b"*"), "a word of other bytes is never found"


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.kind)
def test_patterns_begin_with_fixed_bytes(language: Language) -> None:
    for mark in (*language.marks, *language.must, *language.never):
        if isinstance(mark, re.Pattern):
            first = mark.pattern.removeprefix(b"\\")[:1]
            assert first not in b"(^.*+?", mark.pattern
