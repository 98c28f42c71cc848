"""The archives are what they say they are, and together small."""

import pytest

from samples.archives import archive_specimens
from samples.specimen import Specimen
from scanners.types.identify import TypeScanner
from tests.fuzz.tree import TYPES

KINDS = {
    "txt.lz4": "lz4", "txt.lz": "lzip", "jpg.lz": "lzip", "txt.Z": "compress", "txt.lzma": "lzma",
    "tar": "tar", "cpio": "cpio", "a": "ar", "deb": "deb", "rpm": "rpm", "cab": "cab", "lzh": "lha",
    "xar": "xar", "iso": "iso", "gz": "gzip", "wim": "wim",
}  # fmt: skip


@pytest.mark.parametrize("specimen", archive_specimens(), ids=lambda one: one.name)
def test_type(specimen: Specimen) -> None:
    types: TypeScanner = TYPES
    ending = specimen.name.partition(".")[2]
    assert types.identify(memoryview(specimen.data)).name == KINDS[ending]


def test_size() -> None:
    assert sum(len(specimen.data) for specimen in archive_specimens()) < 120_000
