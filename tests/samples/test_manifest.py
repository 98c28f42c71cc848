"""The manifest equals the catalogue."""

import tomllib
from pathlib import Path

from samples.catalogue import find, specimens
from samples.machine import digest, same_everywhere
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
    assert {table["name"]: table["clamav"] for table in tables if "clamav" in table} == {
        specimen.name: specimen.clamav for specimen in specimens() if specimen.clamav
    }


def test_digests_are_those_of_the_bytes_and_only_where_they_hold() -> None:
    tables = tomllib.loads(STORED.read_text("utf-8"))["specimen"]
    digests = {table["name"]: table["sha256"] for table in tables if "sha256" in table}
    assert set(digests) == same_everywhere(specimens())
    assert digests == {name: digest(find(name).data) for name in digests}
    assert all(("sha256" in table) != ("varies" in table) for table in tables)


def test_hostile_names_cannot_reorder_a_line() -> None:
    text = manifest([Specimen("a\u202egpj.exe", b"", codings=("gzip",), about='say "hi".')])
    assert text.isascii()
    (table,) = tomllib.loads(text)["specimen"]
    assert table["name"] == "a\u202egpj.exe"
    assert table["about"] == 'say "hi".'
    assert table["codings"] == ["gzip"]
