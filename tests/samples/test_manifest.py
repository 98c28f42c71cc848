"""The manifest equals the catalogue."""

import tomllib
from pathlib import Path

from samples.catalogue import specimens
from samples.manifest import manifest
from samples.specimen import Specimen

STORED = Path(__file__).parents[2] / "samples" / "manifest.toml"


def test_the_stored_manifest_is_current() -> None:
    current = "run python -m samples --manifest"
    assert STORED.read_text("utf-8") == manifest(specimens()), current


def test_it_is_toml_and_complete() -> None:
    tables = tomllib.loads(STORED.read_text("utf-8"))["specimen"]
    assert {table["name"]: tuple(table["expected"]) for table in tables} == {
        specimen.name: specimen.expected for specimen in specimens()
    }


def test_hostile_names_cannot_reorder_a_line() -> None:
    text = manifest([Specimen("a\u202egpj.exe", b"", codings=("gzip",), about='say "hi".')])
    assert text.isascii()
    (table,) = tomllib.loads(text)["specimen"]
    assert table["name"] == "a\u202egpj.exe"
    assert table["about"] == 'say "hi".'
    assert table["codings"] == ["gzip"]
