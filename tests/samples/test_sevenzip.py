"""Specimens of 7z hold a 7z archive, and stay small."""

from samples.sevenzip import sevenzip_specimens


def test_all_hold_an_archive() -> None:
    assert all(b"7z\xbc\xaf\x27\x1c" in specimen.data for specimen in sevenzip_specimens())


def test_those_that_cannot_be_opened_say_so() -> None:
    sealed = [s for s in sevenzip_specimens() if s.name.startswith("sealed")]
    assert sealed
    assert all("unscanned.encrypted" in specimen.expected for specimen in sealed)


def test_they_are_small() -> None:
    assert sum(len(specimen.data) for specimen in sevenzip_specimens()) < 64 * 1024
