"""Specimens of RAR hold a RAR archive, old ones and new ones, and stay small."""

from samples.rar import rar_specimens
from scanners.rar.records import SIGNATURE, SIGNATURE_4, SIGNATURE_5


def test_all_hold_an_archive() -> None:
    found = [SIGNATURE.search(specimen.data) for specimen in rar_specimens()]
    assert None not in found
    assert {match.group() for match in found if match} == {SIGNATURE_4, SIGNATURE_5}


def test_those_that_cannot_be_opened_say_so() -> None:
    sealed = [s for s in rar_specimens() if s.name.startswith("sealed")]
    assert sealed
    assert all("unscanned.encrypted" in specimen.expected for specimen in sealed)


def test_they_are_small() -> None:
    assert sum(len(specimen.data) for specimen in rar_specimens()) < 64 * 1024
