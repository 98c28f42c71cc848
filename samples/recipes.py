"""Recipes: the tables by which `rules/yara/tests/*.toml` describe a sample, made into bytes.

"some text"                                    the text as UTF-8
{ text = "…" }  { hex = "4d 5a" }              the same; any bytes
{ pe = ["one", "two"], wide = true, size = 4096 }   an empty PE that holds these strings
{ specimen = "choke.exe" }                     one from the catalogue
prefix, suffix = "…"                           text before and after any of these
"""

from collections.abc import Mapping
from typing import cast

from samples.catalogue import find
from samples.programs import pe, wide

MAX_SIZE = 16 * 1024 * 1024  # a sample is a small thing; a typing error must not eat the memory
SOURCES = ("text", "hex", "pe", "specimen")
OPTIONS = {"pe": {"wide", "size"}}


class RecipeError(ValueError):
    """The recipe cannot be followed; the message says why."""


def build(recipe: object) -> bytes:
    """Return the bytes that the recipe describes; raise RecipeError."""
    if isinstance(recipe, str):
        return recipe.encode()
    if not isinstance(recipe, Mapping):
        raise RecipeError("a sample is a text or a table")
    source = [key for key in SOURCES if key in recipe]
    if len(source) != 1:
        raise RecipeError(f"a sample has exactly one of {', '.join(SOURCES)}")
    known = {*source, "prefix", "suffix", *OPTIONS.get(source[0], set())}
    if unknown := sorted(set(recipe) - known):
        raise RecipeError(f"unknown key: {', '.join(map(str, unknown))}")
    table = cast("Mapping[str, object]", recipe)
    body = _body(source[0], table)
    return _text(table, "prefix").encode() + body + _text(table, "suffix").encode()


def _body(source: str, table: Mapping[str, object]) -> bytes:
    if source == "pe":
        return _pe(table)
    value = _text(table, source)
    if source == "text":
        return value.encode()
    if source == "hex":
        try:
            return bytes.fromhex(value)
        except ValueError:
            raise RecipeError("hex holds something else than hexadecimal digits") from None
    try:
        return find(value).data
    except KeyError:
        raise RecipeError(f"no specimen is called {value!r}") from None


def _pe(table: Mapping[str, object]) -> bytes:
    strings, size, is_wide = table["pe"], table.get("size", 0), table.get("wide", False)
    if not isinstance(strings, list) or not all(isinstance(text, str) for text in strings):
        raise RecipeError("pe is a list of texts")
    if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= MAX_SIZE:
        raise RecipeError(f"size is a number from 0 to {MAX_SIZE}")
    if not isinstance(is_wide, bool):
        raise RecipeError("wide is true or false")
    return pe([wide(text) if is_wide else text.encode() for text in strings], size=size)


def _text(table: Mapping[str, object], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise RecipeError(f"{key} is a text")
    return value
