"""The catalogue is broad, small and unambiguous."""

import re

import pytest

from samples.catalogue import find, specimens
from scanners.model import Code, Reason

CODES = {str(code) for code in Code} | {f"unscanned.{reason}" for reason in Reason}
RULE = re.compile(r"(MAL|SUSP|TEST)_\w+")


def test_names_are_unique_and_can_be_file_names() -> None:
    names = [specimen.name for specimen in specimens()]
    assert len(set(names)) == len(names)
    assert all(name and "/" not in name and len(name.encode()) < 256 for name in names)


def test_it_is_small_enough_to_warm_up_with() -> None:
    assert sum(len(specimen.data) for specimen in specimens()) < 2 * 1024 * 1024


def test_it_is_built_once() -> None:
    assert specimens() is specimens()


def test_expectations_are_codes_reasons_or_rules() -> None:
    expected = {word for specimen in specimens() for word in specimen.expected}
    assert {word for word in expected if word not in CODES and not RULE.fullmatch(word)} == set()


def test_every_specimen_says_what_it_is() -> None:
    assert [s.name for s in specimens() if not s.about.endswith((".", "…"))] == []


def test_every_kind_is_there() -> None:
    everything = specimens()
    assert {"", "gzip", "deflate", "br", "zstd"} <= {
        coding for s in everything for coding in (s.codings or ("",))
    }
    declared = {specimen.declared_type for specimen in everything}
    assert {"multipart/form-data", "application/zip", "image/jpeg", "text/plain", ""} <= declared
    assert any(not specimen.data for specimen in everything)
    assert any(not specimen.expected for specimen in everything)


def test_find() -> None:
    assert find("photo.jpg").data.startswith(b"\xff\xd8")
    with pytest.raises(KeyError):
        find("no such specimen")
