"""Texts that have to fit: values are cut, never the text itself."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verdicts.delivery.cutting import ELLIPSIS, TooLarge, fit
from verdicts.delivery.render import as_json


def test_what_fits_stays_whole() -> None:
    row = {"id": "x" * 90, "name": "y" * 2000}
    assert json.loads(fit(row, as_json, 4000)) == row


def test_long_values_first_and_names_last() -> None:
    row: dict[str, object] = {
        "id": "i" * 200,
        "url": "u" * 5000,
        "size": 7,
        "path": [{"name": "n" * 900}] * 100,
        "none": None,
    }
    text = fit(row, as_json, 1200)
    cut = json.loads(text)
    assert len(text) <= 1200
    assert (cut["id"], cut["size"], cut["none"]) == (row["id"], 7, None)
    assert cut["url"].rstrip(ELLIPSIS) == "u" * (len(cut["url"]) - 1)
    assert set(cut) == set(row)


def test_what_cannot_fit() -> None:
    with pytest.raises(TooLarge, match="100 are allowed"):
        fit({"id": "i" * 200}, as_json, 100)


json_rows = st.dictionaries(
    st.text(max_size=5),
    st.recursive(
        st.none() | st.integers(0, 10**6) | st.text(max_size=300),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=20,
    ),
    max_size=8,
)


@settings(max_examples=40)
@given(json_rows, st.integers(300, 3000))
def test_it_fits_and_is_well_formed_or_says_so(row: dict[str, object], most: int) -> None:
    try:
        text = fit(row, as_json, most)
    except TooLarge:
        return
    assert len(text.encode()) <= most
    json.loads(text)
