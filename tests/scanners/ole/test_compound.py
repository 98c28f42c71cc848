"""Compound files: as olefile reads them, and nothing but ContentMalformed for what is none."""

import io
import struct

import olefile
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from samples.compound_tree import FREE, Tree, compound
from scanners.errors import ContentMalformed
from scanners.ole.compound import Compound, Kind, open_compound

NAMES = st.text(st.characters(codec="ascii", exclude_characters="/\\:!\0"), min_size=1, max_size=31)
BODIES = st.integers(0, 9000).map(lambda size: bytes(number % 251 for number in range(size)))
LEVEL = st.dictionaries(NAMES, BODIES, max_size=5)
TREES = st.dictionaries(NAMES, BODIES | LEVEL, min_size=1, max_size=6)


def read_all(opened: Compound) -> dict[tuple[str, ...], bytes]:
    return {opened.path(entry): bytes(opened.read(entry)) for entry in opened.streams()}


def peer(data: bytes) -> dict[tuple[str, ...], bytes]:
    with olefile.OleFileIO(data) as ole:
        return {tuple(path): ole.openstream(path).read() for path in ole.listdir()}


def one_case(tree: Tree) -> bool:
    """Names that differ in case only are one to olefile."""
    names = [name.upper() for name in tree]
    inner = [one_case(inside) for inside in tree.values() if not isinstance(inside, bytes)]
    return len(set(names)) == len(names) and all(inner)


@given(TREES.filter(one_case), st.booleans())
def test_reads_what_olefile_reads(tree: Tree, wide: bool) -> None:
    data = compound(tree, wide=wide)
    assert read_all(open_compound(memoryview(data))) == peer(data)


def test_reads_a_workbook_of_xlwt() -> None:
    book, stream = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("one")
    for row in range(3000):
        sheet.write(row, 0, f"text {row}")
    book.save(stream)
    data = stream.getvalue()
    assert read_all(open_compound(memoryview(data))) == peer(data)


SAMPLE = compound({"short": b"s" * 100, "long": b"l" * 9000, "storage": {"inside": b"i" * 5000}})


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=8))))
def test_damage_yields_no_more_than_the_file_has(damage: list[tuple[int, bytes]]) -> None:
    data = bytearray(SAMPLE)
    for at, noise in damage:
        data[at : at + len(noise)] = noise
    view = memoryview(bytes(data))
    try:
        opened = open_compound(view)
    except ContentMalformed:
        return
    for path, body in read_all(opened).items():
        assert len(path) <= 32
        assert len(body) <= len(view)


@given(st.binary(max_size=2048))
def test_noise_is_malformed_or_read(noise: bytes) -> None:
    for data in (noise, SAMPLE[:48] + noise, SAMPLE[: len(noise)]):
        try:
            read_all(open_compound(memoryview(data)))
        except ContentMalformed:
            continue


MALFORMED = {
    "no signature": b"PK\3\4" + SAMPLE[4:],
    "cut in the header": SAMPLE[:300],
    "a sector size that none has": SAMPLE[:30] + b"\x0a\0" + SAMPLE[32:],
    "short sectors of 128 bytes": SAMPLE[:32] + b"\7\0" + SAMPLE[34:],
    "another limit of short streams": SAMPLE[:56] + b"\0\0\0\0" + SAMPLE[60:],
    "a directory out of the file": SAMPLE[:48] + b"\xf0\xff\0\0" + SAMPLE[52:],
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed(data: bytes) -> None:
    with pytest.raises(ContentMalformed):
        open_compound(memoryview(data))


def entry_at(number: int) -> int:
    """Return where an entry lies in SAMPLE: offset of its 128 bytes."""
    (first,) = struct.unpack_from("<I", SAMPLE, 48)
    return int((first + 1) * 512 + number * 128)


def patched(at: int, layout: str, value: int) -> Compound:
    data = bytearray(SAMPLE)
    struct.pack_into(layout, data, at, value)
    return open_compound(memoryview(bytes(data)))


def test_an_entry_that_nothing_leads_to_is_found() -> None:
    opened = patched(entry_at(0) + 76, "<I", FREE)
    assert {path[-1] for path in read_all(opened)} == {"short", "long", "inside"}


def test_a_circle_of_storages_ends() -> None:
    storage = next(e for e in open_compound(memoryview(SAMPLE)).storages() if e.name == "storage")
    opened = patched(entry_at(storage.number) + 76, "<I", storage.number)
    assert ("inside",) in read_all(opened)


def test_a_lying_size_yields_what_there_is() -> None:
    long = next(e for e in open_compound(memoryview(SAMPLE)).streams() if e.name == "long")
    opened = patched(entry_at(long.number) + 120, "<I", 0x7FFFFFFF)
    assert read_all(opened)[("long",)].startswith(b"l" * 9000)
    assert len(read_all(opened)[("long",)]) < 10_000


def test_find_does_not_mind_case_and_knows_storages() -> None:
    opened = open_compound(memoryview(SAMPLE))
    storage = opened.find(0, "STORAGE")
    assert storage is not None
    assert storage.kind is Kind.STORAGE
    assert [entry.name for entry in opened.inside(storage.number)] == ["inside"]
    inside = opened.find(storage.number, "Inside")
    assert inside is not None
    assert bytes(opened.read(inside, 3)) == b"iii"
    assert opened.find(0, "inside") is None


def test_too_many_entries_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanners.ole.compound.MAX_ENTRIES", 4)
    opened = open_compound(memoryview(SAMPLE))
    assert opened.truncated
    assert not open_compound(memoryview(compound({"a": b"a"}))).truncated
