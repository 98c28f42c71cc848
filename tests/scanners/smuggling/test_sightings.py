"""Signs in bytes: found on either side of where the bytes are cut."""

import re

import pytest

from scanners.smuggling.sightings import PIECE, Sighting, sightings
from tests.scanners.conftest import MakeBudget

SIGNS = (("one", re.compile(rb"ABCD")), ("two", re.compile(rb"XY")))


@pytest.mark.parametrize("at", [0, 5, PIECE - 5, PIECE - 3, PIECE - 1, PIECE, PIECE + 1])
def test_every_place_is_seen_once(new_budget: MakeBudget, at: int) -> None:
    data = bytes(at) + b"ABCD" + bytes(9)
    assert list(sightings(memoryview(data), SIGNS, new_budget())) == [Sighting("one", at)]


def test_a_search_may_begin_later(new_budget: MakeBudget) -> None:
    view = memoryview(b"XY--XY")
    assert list(sightings(view, SIGNS, new_budget(), 1)) == [Sighting("two", 4)]


def test_what_stands_before_and_behind_a_cut_is_seen(new_budget: MakeBudget) -> None:
    signs = (("quoted", re.compile(rb"(?<=')e[AF]")), ("long", re.compile(rb"-e(?=[a-z]{99})")))
    data = bytes(PIECE - 1) + b"'eA" + bytes(PIECE - 4) + b"-e" + b"x" * 99
    assert [one.at for one in sightings(memoryview(data), signs, new_budget())] == [
        PIECE,
        2 * PIECE - 2,
    ]
