"""JSON by its quotes: long strings and what stands beside them, at any depth of nesting."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.json_fields import Pairs, long_strings, neighbours

LONG = "QUJD" * 30
DOCUMENTS: dict[str, tuple[object, str, Pairs]] = {  # document -> key, texts beside the long string
    "before": ({"name": "a.exe", "data": LONG}, "data", [("name", "a.exe")]),
    "behind": ({"data": LONG, "name": "a.exe"}, "data", [("name", "a.exe")]),
    "around": (
        {"name": "a", "size": 3, "data": LONG, "ok": True, "type": "b"},
        "data",
        [("name", "a"), ("type", "b")],
    ),
    "other objects": (
        [{"name": "one"}, {"name": "two", "more": {"name": "three"}, "data": LONG}, {"name": "4"}],
        "data",
        [("name", "two")],
    ),
    "deeper": ({"name": "outer", "file": {"data": LONG}}, "data", []),
    "list": ({"name": "outer", "files": [LONG]}, "", []),
    "alone": (LONG, "", []),
    "escapes": ({"name": 'a"\\\u00e9\n.exe', "data": LONG}, "data", [("name", 'a"\\é\n.exe')]),
    "braces in a text": ({"name": "}{][", "data": LONG}, "data", [("name", "}{][")]),
    "half a surrogate": ({"name": "a\ud800", "data": LONG}, "data", [("name", "a?")]),
}


def _found(document: bytes) -> list[tuple[bytes, str, Pairs]]:
    view = memoryview(document)
    return [
        (bytes(view[start:end]), *neighbours(view, start, end)) for start, end in long_strings(view)
    ]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("levels", [0, 1, 2, 3])
@pytest.mark.parametrize("document, key, pairs", DOCUMENTS.values(), ids=DOCUMENTS)
def test_neighbours(
    document: object, key: str, pairs: Pairs, levels: int, indent: int | None
) -> None:
    text = json.dumps(document, indent=indent)
    for _ in range(levels):
        text = json.dumps({"payload": text}) if indent else json.dumps(text)
    ((data, *found),) = _found(text.encode())
    assert data.rstrip(b"\\").decode() == LONG
    assert found == [key, pairs] or (levels and document == LONG)


def test_window_ends_in_a_text() -> None:
    """What the window cuts is no text of its own."""
    for size in range(4000, 4200):
        note = "x, " * (size // 3) + "y" * (size % 3)
        document = json.dumps({"note": note, "data": LONG})
        assert _found(document.encode())[-1][1:] in [("data", []), ("data", [("note", note)])]


@given(st.text(alphabet='"\\{}[]:,a \n', max_size=300), st.text(alphabet='"\\{}[]:,a', max_size=50))
def test_any_text(before: str, behind: str) -> None:
    for _, key, pairs in _found((before + f'"{LONG}"' + behind).encode()):
        assert isinstance(key, str)
        assert all(isinstance(text, str) for pair in pairs for text in pair)


@pytest.mark.parametrize("text", ['"', "\\", '\\"', "{", '"a":', "[" * 50 + '"'])
def test_hostile_surroundings_are_quick(text: str) -> None:
    document = (text * 10_000 + f'"{LONG}"' + text * 10_000).encode()
    began = time.process_time()
    _found(document)
    assert time.process_time() - began < 1
