"""Pseudonyms: the same for the same text, of the same kind, by the same key; and never the text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verdicts.ledger.age.pseudonyms import PSEUDONYM, Pseudonyms, Trace, read_pseudonyms

ONE = Pseudonyms(b"k" * 32)
GONE = Pseudonyms(b"k" * 32, "nothing")
TRACES = st.sampled_from(Trace)


@given(TRACES, st.text(min_size=1))
def test_a_text_has_one_pseudonym(trace: Trace, text: str) -> None:
    word = ONE.of(trace, text)
    assert PSEUDONYM.fullmatch(word)
    assert word == ONE.of(trace, text) == ONE.of(trace, word)
    if not PSEUDONYM.fullmatch(text):
        assert word != Pseudonyms(b"l" * 32).of(trace, text)


def test_the_key_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "privacy.key").write_text("k" * 32 + "\n")
    assert read_pseudonyms(tmp_path / "privacy.key") == ONE


def test_kinds_of_traces_do_not_meet() -> None:
    assert len({ONE.of(trace, "ann") for trace in Trace}) == len(Trace)


@given(TRACES, st.text())
def test_nothing_is_nothing(trace: Trace, text: str) -> None:
    assert GONE.of(trace, text) == GONE.url(text) == ""
    assert ONE.of(trace, "") == ""
    assert GONE.of(trace, ONE.of(trace, text)) == ""


@pytest.mark.parametrize(
    "url, start",
    [
        ("https://cdn.example/a/b?token=1", "https://cdn.example/p-"),
        ("http://ann:secret@host:81/x", "http://host:81/p-"),
        ("https://host", "https://host/p-"),
        ("host:443", "p-"),
        ("/only/a/path", "p-"),
        ("https://a/https://b/", "https://a/p-"),
    ],
)
def test_a_url_keeps_where_it_led(url: str, start: str) -> None:
    replaced = ONE.url(url)
    assert replaced.startswith(start)
    assert PSEUDONYM.fullmatch(replaced.removeprefix(start[:-2]))
    assert ONE.url(replaced) == replaced
    assert "secret" not in replaced


def test_names_and_trees() -> None:
    assert ONE.names("") == ONE.tree("") == ""
    first, second = json.loads(ONE.names('["a.zip","b.exe"]'))
    assert (first, second) == (ONE.of(Trace.NAME, "a.zip"), ONE.of(Trace.NAME, "b.exe"))
    leaf = {"type": "pe", "name": "b.exe", "children": []}
    tree = json.loads(ONE.tree(json.dumps({"type": "zip", "name": "", "children": [leaf]})))
    assert tree == {"type": "zip", "name": "", "children": [{**leaf, "name": second}]}
