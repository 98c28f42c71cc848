"""Specimens of RTF are what libmagic takes for it."""

import magic
import pytest

from samples.rtf import rtf_specimens
from samples.specimen import Specimen


@pytest.mark.parametrize("specimen", rtf_specimens(), ids=lambda each: each.name)
def test_libmagic_knows_it(specimen: Specimen) -> None:
    assert magic.Magic(mime=True).from_buffer(specimen.data) == "text/rtf"
    assert specimen.data.count(b"{") == specimen.data.count(b"}")
