"""VBA projects of the samples have the parts that the format demands."""

import olefile

from samples.compound_tree import compound
from samples.vba import COMPILED, compressed, vba_storage


def test_storage() -> None:
    with olefile.OleFileIO(compound(vba_storage({"ThisDocument": "Sub a()\nEnd Sub\n"}))) as ole:
        names = {"/".join(path) for path in ole.listdir()}
        module = ole.openstream("VBA/ThisDocument").read()
    assert names == {"PROJECT", "VBA/dir", "VBA/_VBA_PROJECT", "VBA/ThisDocument"}
    assert module.startswith(COMPILED + b"\x01")


def test_the_cache_can_be_chosen() -> None:
    streams = vba_storage({"M": ""}, compiled=b"cache")["VBA"]
    assert not isinstance(streams, bytes)
    module = streams["M"]
    assert isinstance(module, bytes)
    assert module.startswith(b"cache\x01")


def test_compression_repeats_by_reference() -> None:
    assert len(compressed(b"Sub a()\r\n" * 100)) < 40


def test_what_copies_nothing_is_kept_as_it_is() -> None:
    noise = bytes((7 * n * n + n // 256) % 251 for n in range(4096))
    packed = compressed(noise)
    assert len(packed) <= 1 + 2 + 4096 + 512
