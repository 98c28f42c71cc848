"""Worm specimens are empty programs that hold what was published, and nothing else."""

import pytest

from samples.programs import pe, wide
from samples.specimen import Specimen
from samples.worms import WORMS, Worm, worm_specimens

PAIRS = list(zip(WORMS, worm_specimens()))


@pytest.mark.parametrize("worm, specimen", PAIRS, ids=[worm.family for worm in WORMS])
def test_each_holds_its_strings(worm: Worm, specimen: Specimen) -> None:
    for text in worm.strings:
        assert text.encode() in specimen.data or wide(text) in specimen.data
    assert specimen.expected == ("signature.yara", worm.rule)
    assert len(specimen.data) >= worm.size


@pytest.mark.parametrize("worm, specimen", PAIRS, ids=[worm.family for worm in WORMS])
def test_each_is_otherwise_an_empty_program(worm: Worm, specimen: Specimen) -> None:
    rest = specimen.data
    for text in worm.strings:
        rest = rest.replace(text.encode(), b"").replace(wide(text), b"")
    assert rest.replace(b"\0", b"") == pe(size=len(specimen.data)).replace(b"\0", b"")


def test_both_encodings_occur() -> None:
    encodings = {wide(worm.strings[0]) in specimen.data for worm, specimen in PAIRS}
    encodings |= {wide(worm.strings[1]) in specimen.data for worm, specimen in PAIRS}
    assert encodings == {True, False}
