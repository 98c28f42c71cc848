"""Accept-Language, from browsers and from those who wish us ill."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icap_server.preferred_language import MOST_RANGES, preferred_language

OFFERED = ("en", "de", "fr", "es", "ja")


@pytest.mark.parametrize(
    "field, language",
    [
        ("", "fr"),
        ("de", "de"),
        ("DE-at", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("en;q=0.3, ja;q=0.8", "ja"),
        ("en;q=0.8, es;q=0.8", "en"),
        ("nl, en;q=0.1", "en"),
        ("nl, pt-BR", "fr"),
        ("*", "fr"),
        ("*;q=0.5, de;q=0.4", "fr"),
        ("*;q=0.1, de;q=0.4", "de"),
        ("de;q=0, en;q=0.1", "en"),
        ("de;q=0", "fr"),
        ("de ; q = 0.5 , en;q=0.6", "en"),
        ("de;q=1.5", "de"),
        ("de;q=nan, en;q=0.1", "en"),
        ("de;q=-1, en;q=0.1", "en"),
        ("de;level=1, en;q=0.1", "en"),
        ("de;q=\u0661, en;q=0.1", "en"),
        (",,;,de", "de"),
        ("xx," * MOST_RANGES + "de", "fr"),
    ],
)
def test_lookup(field: str, language: str) -> None:
    assert preferred_language(field, OFFERED, "fr") == language


@given(st.text())
def test_any_text_gives_a_language(field: str) -> None:
    assert preferred_language(field, OFFERED, "fr") in OFFERED
