"""Random trees of archives with a program at a random place: found or unscanned, never clean."""

import bz2
import lzma
from collections.abc import Callable, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from samples import builders, packing
from scanners.model import Examination, TypeNode

Examine = Callable[..., Examination]
PE = builders.pe()
ARCHIVES: list[tuple[str, Callable[[Mapping[str, bytes]], bytes]]] = [
    ("tar", builders.tar_of),
    ("cpio", packing.cpio_of),
    ("a", packing.ar_of),
    ("deb", packing.deb_of),
    ("rpm", packing.rpm_of),
    ("cab", packing.cab_of),
    ("iso", packing.iso_of),
    ("lzh", packing.lha_of),
    ("xar", packing.xar_of),
    ("zip", builders.zip_of),
]
STREAMS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gz", builders.gzip),
    ("bz2", bz2.compress),
    ("xz", lzma.compress),
    ("zst", builders.zstd),
    ("lz4", packing.lz4_frame),
    ("lz", packing.lzip),
    ("lzma", lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE)),
]
texts = st.binary(max_size=300).map(lambda data: data.hex().encode())
neighbours = st.dictionaries(st.sampled_from(["b.txt", "c.txt", "d.txt"]), texts, max_size=3)
layers = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(ARCHIVES), neighbours, st.booleans()),
        st.tuples(st.sampled_from(STREAMS), st.none(), st.booleans()),
    ),
    min_size=1,
    max_size=6,
)


def wrap(data: bytes, wanted: list[tuple[tuple[str, Callable[..., bytes]], object, bool]]) -> bytes:
    """Return the data within all layers, innermost first; a flag says whether it is the last."""
    name = "p.exe"
    for (ending, build), others, first in wanted:
        if isinstance(others, dict):
            files = {name: data, **others} if first else {**others, name: data}
            data, name = build(files), f"x.{ending}"
        else:
            data, name = build(data), f"p.{ending}"
    return data


def programs(node: TypeNode) -> int:
    return (node.file_type.name == "pe") + sum(map(programs, node.children))


@settings(max_examples=100)
@given(layers)
def test_a_program_is_found_or_something_is_unscanned(
    run: Examine, wanted: list[tuple[tuple[str, Callable[..., bytes]], object, bool]]
) -> None:
    found = run(wrap(PE, wanted), name="x")
    assert found.types is not None
    assert programs(found.types) or found.unscanned
    depth = sum(3 if ending == "deb" else 1 for (ending, _), _, _ in wanted)
    if depth <= 8:
        assert programs(found.types)


@settings(max_examples=150)
@given(layers, st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_damage_is_survived(
    run: Examine,
    wanted: list[tuple[tuple[str, Callable[..., bytes]], object, bool]],
    at: int,
    noise: bytes,
) -> None:
    """Whatever is damaged, no reader breaks."""
    data = wrap(PE, wanted[:3])
    at %= len(data)
    damaged = data[:at] + noise + data[at + len(noise) :]
    found = run(damaged, name="x")
    assert found.types is not None
    assert not any(gap.reason.value == "crashed" for gap in found.unscanned)
