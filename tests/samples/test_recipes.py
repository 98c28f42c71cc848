"""Recipes make the bytes they describe, and refuse what they do not understand."""

import pytest

from samples.catalogue import find
from samples.programs import pe, wide
from samples.recipes import MAX_SIZE, RecipeError, build

GOOD: list[tuple[object, bytes]] = [
    ("text é", "text é".encode()),
    ({"text": "text"}, b"text"),
    ({"text": "b", "prefix": "a", "suffix": "c"}, b"abc"),
    ({"hex": "4d 5A00"}, b"MZ\0"),
    ({"pe": ["one", "two"]}, pe([b"one", b"two"])),
    ({"pe": [], "size": 4096}, pe(size=4096)),
    ({"pe": ["one"], "wide": True}, pe([wide("one")])),
    ({"specimen": "photo.jpg"}, find("photo.jpg").data),
]
BAD: list[tuple[object, str]] = [
    (3, "text or a table"),
    ({}, "exactly one of"),
    ({"text": "a", "hex": "00"}, "exactly one of"),
    ({"text": "a", "wide": True}, "unknown key: wide"),
    ({"text": 1}, "text is a text"),
    ({"text": "a", "prefix": 1}, "prefix is a text"),
    ({"hex": "xy"}, "hexadecimal"),
    ({"pe": "one"}, "list of texts"),
    ({"pe": [1]}, "list of texts"),
    ({"pe": [], "size": -1}, "size is a number"),
    ({"pe": [], "size": MAX_SIZE + 1}, "size is a number"),
    ({"pe": [], "size": True}, "size is a number"),
    ({"pe": [], "wide": "yes"}, "true or false"),
    ({"specimen": "none"}, "no specimen"),
]


@pytest.mark.parametrize("recipe, data", GOOD)
def test_good_recipes(recipe: object, data: bytes) -> None:
    assert build(recipe) == data


@pytest.mark.parametrize("recipe, message", BAD)
def test_bad_recipes(recipe: object, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        build(recipe)
