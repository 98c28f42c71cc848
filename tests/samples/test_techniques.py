"""Specimens of techniques hold words and nothing that would work."""

import pytest

from samples.programs import pe, wide
from samples.specimen import Specimen
from samples.techniques import HIDDEN, PIECED, PROGRAMS, SCRIPTS, Technique, technique_specimens

SPECIMENS = {specimen.name: specimen for specimen in technique_specimens()}
REMARKS = {"au3": ";", "vbs": "'", "ps1": "#", "py": "#"}


def test_one_a_rule() -> None:
    assert len(SPECIMENS) == len(PROGRAMS) + len(SCRIPTS) + 2
    assert len({specimen.expected[-1] for specimen in SPECIMENS.values()}) == len(SPECIMENS)
    assert all(specimen.expected[-1].startswith("SUSP_") for specimen in SPECIMENS.values())


@pytest.mark.parametrize("one", PROGRAMS, ids=lambda one: one.name)
def test_programs_are_empty_but_for_their_texts(one: Technique) -> None:
    rest = SPECIMENS[one.name].data
    for text in one.strings:
        encoded = wide(text) if one.wide else text.encode()
        assert encoded in rest
        rest = rest.replace(encoded, b"")
    assert rest.replace(b"\0", b"") == pe(size=len(rest)).replace(b"\0", b"")


def test_both_encodings_occur() -> None:
    assert {one.wide for one in PROGRAMS} == {True, False}


@pytest.mark.parametrize("one", SCRIPTS, ids=lambda one: one.name)
def test_every_line_of_a_script_is_a_remark(one: Technique) -> None:
    remark = REMARKS[one.name.rpartition(".")[2]]
    lines = SPECIMENS[one.name].data.decode().splitlines()
    assert len(lines) > 3
    assert [line for line in lines if not line.startswith(remark)] == []


def test_what_shortcuts_start_is_a_remark() -> None:
    """Of PowerShell all that follows "#", of cmd all that follows "rem"."""
    assert HIDDEN.arguments.partition(" -Command ")[2].startswith("#")
    assert PIECED.arguments.startswith("/c rem ")


def test_none_is_an_archive_or_large() -> None:
    def small(specimen: Specimen) -> bool:
        return len(specimen.data) <= 4096

    assert all(map(small, SPECIMENS.values()))
