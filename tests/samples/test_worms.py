"""Worm specimens are empty programs that hold what was published, and nothing else."""

import pytest

from samples.programs import pe, wide
from samples.specimen import Specimen
from samples.worms import NARROW, WORMS, worm_specimens
from samples.worms_early import Worm
from samples.worms_scripts import worm_scripts

PAIRS = list(zip(WORMS, worm_specimens()))
IDS = [worm.family for worm in WORMS]


@pytest.mark.parametrize("worm, specimen", PAIRS, ids=IDS)
def test_each_holds_its_strings(worm: Worm, specimen: Specimen) -> None:
    for text in worm.strings:
        assert text.encode() in specimen.data or wide(text) in specimen.data
    assert specimen.expected == ("signature.yara", worm.rule)
    assert len(specimen.data) >= worm.size


@pytest.mark.parametrize("worm, specimen", PAIRS, ids=IDS)
def test_each_is_otherwise_an_empty_program(worm: Worm, specimen: Specimen) -> None:
    rest = specimen.data
    for text in worm.strings:
        rest = rest.replace(text.encode(), b"").replace(wide(text), b"")
    assert rest.replace(b"\0", b"") == pe(size=len(specimen.data)).replace(b"\0", b"")


def test_both_encodings_occur() -> None:
    encodings = {wide(worm.strings[-1]) in specimen.data for worm, specimen in PAIRS}
    assert encodings == {True, False}


def test_the_name_of_a_library_is_never_wide() -> None:
    runtimes = [
        (text, specimen) for worm, specimen in PAIRS for text in worm.strings if NARROW in text
    ]
    assert len(runtimes) >= 2
    assert all(text.encode() in specimen.data for text, specimen in runtimes)


def test_each_rule_and_each_file_name_stands_once() -> None:
    assert len({worm.rule for worm in WORMS}) == len(WORMS)
    assert len({worm.file_name for worm in WORMS}) == len(WORMS)


def test_what_is_no_program_comes_last() -> None:
    assert worm_specimens()[len(WORMS) :] == worm_scripts()
