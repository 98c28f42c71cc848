"""The builder of documents makes what other readers take for one."""

import io

import pikepdf
import pytest

from samples.pdf import carrying, pdf_specimens
from samples.specimen import Specimen


@pytest.mark.parametrize("specimen", pdf_specimens(), ids=lambda each: each.name)
def test_pikepdf_opens_it(specimen: Specimen) -> None:
    with pikepdf.open(io.BytesIO(specimen.data)) as pdf:
        assert len(pdf.pages) == 1


def test_pikepdf_finds_the_attachment() -> None:
    with pikepdf.open(io.BytesIO(carrying(b"a.txt", b"data"))) as pdf:
        assert pdf.attachments["a.txt"].get_file().read_bytes() == b"data"
