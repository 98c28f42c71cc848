"""Compressed single files: one child of the right name, trailers looked at, bombs end early."""

import bz2
import hashlib
import lzma
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samples import builders
from samples.packing import lz4_frame, lzip
from scanners.archives.streams import StreamContainer, inner_name
from scanners.budget import Budget
from scanners.kit import Kit
from scanners.model import Content, Examination, Reason, Report
from scanners.types.table import TypeTable

Examine = Callable[..., Examination]
Findings = Callable[[Examination], set[str]]
MakeBudget = Callable[..., Budget]
MIB = 1024 * 1024
PE = builders.pe()
NOISE = hashlib.shake_256(b"noise").digest(100_000)
EXECUTABLE, MALFORMED, AMBIGUOUS = "archive.executable?", "unscanned.malformed", "archive.ambiguous"
BOMB = {"archive.bomb", "unscanned.too_large"}
TRICK = builders.zip_of({"photo.jpg.exe": PE})


def lzma_alone(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": builders.gzip,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": builders.zstd,
    "lzma": lzma_alone,
    "lz4": lz4_frame,
    "lz": lzip,
}
packers = pytest.mark.parametrize("ending, pack", PACKERS.items(), ids=PACKERS)
HIDDEN = {"zst", "lzma", "lz4", "lz"}
"""What clamd does not open: see tests/scanners/clamav/test_archives.py."""


def _shape(found: Examination) -> list[tuple[str, str]]:
    assert found.types is not None
    return [(child.name, child.file_type.name) for child in found.types.children]


@packers
@pytest.mark.parametrize("data", [b"text " * 30, NOISE, bytes(3 * MIB)], ids=len)
def test_whole_stream(
    run: Examine, findings: Findings, ending: str, pack: Callable[[bytes], bytes], data: bytes
) -> None:
    found = run(pack(data), name=f"report.txt.{ending}")
    assert findings(found) == set()
    assert [name for name, _ in _shape(found)] == ["report.txt"]
    assert [bytes(one.view) for one in found.extracted] == ([data] if ending in HIDDEN else [])


@packers
def test_program_as_picture(
    run: Examine, findings: Findings, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    found = run(pack(PE), name=f"photo.jpg.{ending}")
    assert findings(found) == {"disguise.extension", EXECUTABLE}


@packers
@pytest.mark.parametrize("cut", [1, 9])
def test_cut_stream_is_a_gap(
    run: Examine, findings: Findings, ending: str, pack: Callable[[bytes], bytes], cut: int
) -> None:
    """What came before the cut is kept, and judged."""
    found = run(pack(PE + NOISE)[:-cut], name=f"a.{ending}")
    assert MALFORMED in findings(found)
    if ending not in ("lz4",):
        assert _shape(found) == [("a", "pe")]


@pytest.mark.parametrize("pack", [PACKERS[ending] for ending in ("gz", "bz2", "xz", "lz")])
def test_damaged_stream_is_a_gap(
    run: Examine, findings: Findings, pack: Callable[[bytes], bytes]
) -> None:
    """Where there is a checksum, as these always have one."""
    data = bytearray(pack(NOISE))
    data[len(data) // 2] ^= 0xFF
    assert MALFORMED in findings(run(bytes(data)))


@packers
def test_several_streams_are_one_file(
    run: Examine, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    if ending == "lzma":
        pytest.skip("a format without a mark: what follows is a trailer")
    found = run(pack(PE[:100]) + pack(PE[100:]), name=f"a.{ending}")
    assert _shape(found) == [("a", "pe")]
    handed_out = [bytes(one.view) for one in found.extracted]
    assert handed_out == ([PE] if ending in HIDDEN | {"bz2"} else [])


@packers
def test_bomb(
    run: Examine, findings: Findings, ending: str, pack: Callable[[bytes], bytes]
) -> None:
    assert findings(run(pack(bytes(13 * MIB)), name=f"a.{ending}")) == BOMB


@packers
@pytest.mark.parametrize("padding", [b"\0" * 5000, b"\r\n", b"\0" * 5])
def test_padding_is_nothing(
    run: Examine, findings: Findings, ending: str, pack: Callable[[bytes], bytes], padding: bytes
) -> None:
    found = run(pack(b"text") + padding)
    assert findings(found) == set()
    assert len(_shape(found)) == 1


TRAILERS = {
    "an archive": (TRICK, {AMBIGUOUS, EXECUTABLE, "disguise.double_extension"}),
    "a program": (PE, {AMBIGUOUS}),
    "behind padding": (bytes(512) + PE, {AMBIGUOUS}),
    "a signature": (hashlib.shake_256(b"signature").digest(512), {"archive.ambiguous?"}),
    "text": (b"this file was built on a rainy day " * 4, {"archive.ambiguous?"}),
    "too short to be a file": (b"FWx0" + NOISE[:40], set()),
}


@packers
@pytest.mark.parametrize("trailer, expected", TRAILERS.values(), ids=TRAILERS)
def test_trailer(
    *,
    run: Examine,
    findings: Findings,
    ending: str,
    pack: Callable[[bytes], bytes],
    trailer: bytes,
    expected: set[str],
) -> None:
    found = run(pack(b"text " * 20) + trailer, name=f"a.txt.{ending}")
    assert findings(found) == expected
    if expected:
        assert any(trailer.endswith(bytes(one.view)) for one in found.extracted)


@pytest.mark.parametrize(
    "name, inner",
    [
        ("photo.jpg.gz", "photo.jpg"),
        ("a.tgz", "a.tar"),
        ("a.TBZ2", "a.tar"),
        ("a.txz", "a.tar"),
        ("a.tzst", "a.tar"),
        ("a.tar.zst", "a.tar"),
        ("a.tar.Z", "a.tar"),
        ("drawing.svgz", "drawing.svg"),
        ("C:\\fakepath\\a.txt.gz", "a.txt"),
        ("usr/share/a.txt.gz", "a.txt"),
        ("a.bin", ""),
        ("gz", ""),
        ("", ""),
    ],
)
def test_names(name: str, inner: str) -> None:
    assert inner_name(name) == inner


def test_nothing_names_it(run: Examine) -> None:
    assert _shape(run(builders.gzip(PE))) == [("content", "pe")]


@pytest.mark.parametrize("stored", [b"photo.jpg.exe", b"/tmp/x/photo.jpg.exe"])
def test_name_in_the_header_is_one_more(run: Examine, findings: Findings, stored: bytes) -> None:
    data = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + stored + b"\0" + builders.gzip(PE)[10:]
    found = findings(run(data, name="setup.exe.gz"))
    assert found == {EXECUTABLE, "disguise.double_extension"}


@pytest.mark.parametrize("head", [b"\x1f\x8b\x08\x08\0\0\0\0\0\xff", b"\x1f\x8b\x08\x08"])
def test_name_without_an_end(run: Examine, findings: Findings, head: bytes) -> None:
    assert findings(run(head + b"n" * 400)) == {MALFORMED}


def test_archive_in_the_head_of_a_gzip_file(run: Examine, findings: Findings) -> None:
    extra = struct.pack("<10sH", b"\x1f\x8b\x08\x04\0\0\0\0\0\xff", len(TRICK)) + TRICK
    found = findings(run(extra + builders.gzip(b"text")[10:], name="a.txt.gz"))
    assert "disguise.double_extension" in found


def test_frames_to_be_skipped(run: Examine, findings: Findings) -> None:
    frame = struct.pack("<II", 0x184D2A5F, len(TRICK)) + TRICK
    for packed in (builders.zstd(b"text"), lz4_frame(b"text")):
        found = run(packed + frame, name="a.txt.zst")
        assert "disguise.double_extension" in findings(found)


def test_xz_padding_between_streams(run: Examine) -> None:
    found = run(lzma.compress(PE[:50]) + bytes(8) + lzma.compress(PE[50:]), name="a.xz")
    assert _shape(found) == [("a", "pe")]


RATIOS = {
    "bzip2, 1 to 2,000,000": bz2.compress(bytes(90 * MIB)),
    "zstd, 1 to 30,000": builders.zstd(bytes(60 * MIB)),
    "xz, 1 to 7,000": lzma.compress(bytes(20 * MIB), preset=0),
    "nested": builders.gzip(builders.gzip(bytes(60 * MIB))),
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("data", RATIOS.values(), ids=RATIOS)
def test_extreme_ratios(run: Examine, findings: Findings, data: bytes) -> None:
    assert findings(run(data)) >= BOMB


def test_a_chain_of_streams_ends(run: Examine, new_budget: MakeBudget) -> None:
    """As a quine would: each holds one more."""
    data = b"text"
    for _ in range(60):
        data = builders.gzip(data)
    found = run(data, budget=new_budget(depth=20))
    assert [gap.reason for gap in found.unscanned] == [Reason.TOO_DEEP]


def test_declared_dictionaries_are_bounded(run: Examine, findings: Findings) -> None:
    packed = lzma_alone(b"text" * 100)
    huge = packed[:1] + struct.pack("<I", 0x10000000) + packed[5:]
    assert findings(run(huge)) == {"unscanned.too_large"}
    packed = lzip(b"text" * 100)
    assert findings(run(packed[:5] + b"\x1d" + packed[6:])) == {"unscanned.too_large"}


def test_what_looks_like_lzma_and_holds_nothing(table: TypeTable, new_budget: MakeBudget) -> None:
    """As libmagic takes the matrices of MATLAB 4 for it."""
    kind = table.named("lzma")
    scanner = StreamContainer(Kit(table, lambda _: kind))
    matrix = bytes.fromhex("000000000200000001000000000000000b0000006669745f706172616d7300817d27")
    assert scanner.scan(Content(memoryview(matrix), file_type=kind), new_budget()) == Report()
    cut = memoryview(lzma_alone(NOISE)[:90_000])
    assert scanner.scan(Content(cut, file_type=kind), new_budget()).unscanned


def test_lzip_that_lies_about_its_content(run: Examine, findings: Findings) -> None:
    packed = lzip(PE)
    for at in (-20, -16, -8):
        lie = bytearray(packed)
        lie[at] ^= 1
        assert MALFORMED in findings(run(bytes(lie)))


def test_content_codings_are_undone_first(run: Examine) -> None:
    found = run(builders.gzip(builders.gzip(PE)), name="a.gz", codings=("gzip",))
    assert found.types is not None
    (decoded,) = found.types.children
    assert [child.file_type.name for child in decoded.children] == ["pe"]


@settings(max_examples=200)
@given(st.sampled_from(sorted(PACKERS)), st.integers(0, 2000), st.binary(max_size=20))
def test_any_damage_is_survived(run: Examine, ending: str, at: int, noise: bytes) -> None:
    data = PACKERS[ending](PE + NOISE[:500])
    at %= len(data)
    found = run(data[:at] + noise + data[at + len(noise) :], name="a")
    assert Reason.CRASHED not in {gap.reason for gap in found.unscanned}
