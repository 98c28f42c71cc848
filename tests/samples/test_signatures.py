"""Specimens for ClamAV hold inert members and remarks; tests/rules/ holds ClamAV against them."""

import io
import zipfile

import pytest

from samples.autoit import MAGIC
from samples.programs import pe
from samples.signatures import NAMES, signature_specimens
from samples.specimen import Specimen

SPECIMENS = signature_specimens()
ARCHIVES = [one for one in SPECIMENS if one.name.endswith(".zip")]
COMPILED = [one for one in SPECIMENS if one.name.endswith(".exe")]


def test_each_names_its_signature() -> None:
    assert all(one.clamav.startswith("Douane.") for one in SPECIMENS)
    assert len({one.name for one in SPECIMENS}) == len(ARCHIVES) + len(COMPILED)


@pytest.mark.parametrize("specimen", ARCHIVES, ids=lambda specimen: ascii(specimen.name))
def test_members_are_inert_and_stored(specimen: Specimen) -> None:
    """Stored, so that the bytes are the same on every machine."""
    with zipfile.ZipFile(io.BytesIO(specimen.data)) as archive:
        (member,) = archive.infolist()
        assert member.compress_type == zipfile.ZIP_STORED
        if member.flag_bits & 1:
            assert "unscanned.encrypted" in specimen.expected
        elif not member.filename.endswith(".lnk"):
            assert archive.read(member) == pe()


def test_names_are_those_of_the_table() -> None:
    for specimen, (file, member, signature, others) in zip(SPECIMENS, NAMES):
        assert (specimen.name, specimen.expected) == (file, others)
        assert member.encode() in specimen.data
        assert specimen.clamav == f"Douane.Name.{signature}"


def test_compiled_ones_hold_remarks_only() -> None:
    assert len(COMPILED) >= 3
    for specimen in COMPILED:
        assert MAGIC in specimen.data
        assert b"RegWrite" not in specimen.data
